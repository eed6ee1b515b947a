// Checks what the servers apply when it is applied: State Machine Safety
// (Figure 3), and the order, without gaps and repeats.
//
// Each life has a thread that runs receive_applied. It also receives what a
// crashed life still applies, so that the life can end, but does not check it.
#include "tester/internal.h"

#include "rt/alloc.h"
#include "rt/mutex.h"

#include "tester/tester_x.h"

#include <ctype.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- Commands ----

struct command_text command_text(struct bytes command)
{
    struct command_text t;
    const char *data = command.data;
    int length = command.len > 20 ? 20 : (int)command.len;
    bool printable = length > 0;
    for (int k = 0; k < length; k++)
        printable = printable && isprint((unsigned char)data[k]);
    int number;
    if (command.len == sizeof number) {
        memcpy(&number, data, sizeof number);
        snprintf(t.text, sizeof t.text, "%d", number);
    } else if (printable) {
        snprintf(t.text, sizeof t.text, "'%.*s%s'", length, data,
                 command.len > 20 ? "..." : "");
    } else {
        snprintf(t.text, sizeof t.text, "(%zu bytes)", command.len);
    }
    return t;
}

static int compare_commands(const void *a, const void *b)
{
    const struct bytes *x = a, *y = b;
    if (x->len != y->len)
        return x->len < y->len ? -1 : 1;
    return x->len == 0 ? 0 : memcmp(x->data, y->data, x->len);
}

void remember_offered(struct config *cfg, struct bytes command)
{
    struct bytes *key = alloc(sizeof *key);
    *key = bytes_copy(command);
    pthread_mutex_lock(&cfg->mu);
    struct bytes **node = tsearch(key, &cfg->offered, compare_commands);
    bool is_new = *node == key;
    pthread_mutex_unlock(&cfg->mu);
    if (!is_new) {
        bytes_free(key);
        free(key);
    }
}

static void free_offered(void *key)
{
    bytes_free(key);
    free(key);
}

void free_applied(struct config *cfg)
{
    tdestroy(cfg->offered, free_offered);
    for (int i = 0; i < cfg->n; i++) {
        struct applied *applied = &cfg->servers[i].applied;
        for (int index = 1; index <= applied->length; index++)
            bytes_free(&applied->commands[index]);
        free(applied->commands);
    }
}

// ---- Checking what was applied ----

// Has a server applied the command at this index already? Then it was offered:
// looking it up among all that were takes longer.
static bool was_applied_locked(struct config *cfg, int index,
                               struct bytes command)
{
    must_hold(&cfg->mu);
    for (int i = 0; i < cfg->n; i++) {
        const struct applied *applied = &cfg->servers[i].applied;
        if (index <= applied->length &&
            bytes_equal(applied->commands[index], command))
            return true;
    }
    return false;
}

// Checks a command against those that the other servers, and this one before a
// crash, have applied at the index. Then records it. Takes over the command's
// bytes.
static void record_locked(struct config *cfg, int server, int index,
                          struct bytes command)
{
    must_hold(&cfg->mu);
    for (int j = 0; j < cfg->n; j++) {
        struct applied *theirs = &cfg->servers[j].applied;
        if (index <= theirs->length &&
            !bytes_equal(theirs->commands[index], command))
            test_fail("server %d applied %s at index %d, but server %d%s "
                      "applied %s there",
                      server, command_text(command).text, index, j,
                      j == server ? ", earlier," : "",
                      command_text(theirs->commands[index]).text);
    }
    struct applied *mine = &cfg->servers[server].applied;
    if (index <= mine->length) {
        bytes_free(&command);
        return;
    }
    assert(index == mine->length + 1);
    mine->commands =
        alloc_resize(mine->commands, (size_t)index + 1, sizeof command);
    mine->commands[index] = command;
    mine->length = index;
    if (index > cfg->max_index)
        cfg->max_index = index;
}

static void check_command_locked(struct life *life,
                                 const struct apply_msg *message)
{
    struct config *cfg = life->owner;
    must_hold(&cfg->mu);
    int expected_index = life->last_applied + 1;
    test_check(message->command_index == expected_index,
               "server %d applied index %d (%s) after index %d: %s, expected "
               "index %d",
               life->server, message->command_index,
               command_text(message->command).text, life->last_applied,
               message->command_index < expected_index ? "again"
                                                       : "out of order",
               expected_index);
    tell(life, &(struct event){
                   .kind = EVENT_APPLIED,
                   .applied = { message->command_index, message->command } });
    test_check(
        was_applied_locked(cfg, message->command_index, message->command) ||
            tfind(&message->command, &cfg->offered, compare_commands),
        "server %d applied at index %d a command that nobody offered: "
        "%s",
        life->server, message->command_index,
        command_text(message->command).text);
    record_locked(cfg, life->server, message->command_index, message->command);
    life->last_applied = message->command_index;
}

// ---- Snapshots of the tester's service ----

// A snapshot has all the commands that the service has applied.
static struct bytes encode_snapshot_locked(struct config *cfg, int server,
                                           int index)
{
    must_hold(&cfg->mu);
    struct applied *applied = &cfg->servers[server].applied;
    AppliedCommand *commands = alloc((size_t)index * sizeof *commands);
    for (int k = 1; k <= index; k++)
        commands[k - 1] = (AppliedCommand){ { (u_int)applied->commands[k].len,
                                              applied->commands[k].data } };
    ServiceSnapshot snapshot = { index, { (u_int)index, commands } };

    size_t size = xdr_sizeof((xdrproc_t)xdr_ServiceSnapshot, &snapshot);
    struct bytes encoded = { alloc(size), size };
    XDR xdrs;
    xdrmem_create(&xdrs, encoded.data, (u_int)size, XDR_ENCODE);
    bool_t fits = xdr_ServiceSnapshot(&xdrs, &snapshot);
    assert(fits);
    (void)fits;
    xdr_destroy(&xdrs);
    free(commands);
    return encoded;
}

// Checks and records each of a snapshot's commands like an applied one. Returns
// the last index that it covers.
static int record_snapshot_locked(struct config *cfg, int server,
                                  struct bytes encoded)
{
    must_hold(&cfg->mu);
    ServiceSnapshot snapshot = { 0 };
    XDR xdrs;
    xdrmem_create(&xdrs, encoded.data, (u_int)encoded.len, XDR_DECODE);
    bool decodes = xdr_ServiceSnapshot(&xdrs, &snapshot);
    xdr_destroy(&xdrs);
    test_check(decodes && (int)snapshot.commands.commands_len ==
                              snapshot.last_included_index,
               "server %d: a snapshot of %zu bytes is none that the service "
               "made",
               server, encoded.len);
    int last_included_index = snapshot.last_included_index;
    for (int k = 0; k < last_included_index; k++) {
        AppliedCommand *from = &snapshot.commands.commands_val[k];
        struct bytes command = { from->data.data_val, from->data.data_len };
        record_locked(cfg, server, k + 1, bytes_copy(command));
    }
    xdr_free((xdrproc_t)xdr_ServiceSnapshot, &snapshot);
    return last_included_index;
}

static void check_snapshot_locked(struct life *life,
                                  const struct apply_msg *message)
{
    struct config *cfg = life->owner;
    must_hold(&cfg->mu);
    test_check(message->snapshot_index >= life->last_applied,
               "server %d applied a snapshot up to index %d after index %d: it "
               "goes back",
               life->server, message->snapshot_index, life->last_applied);
    tell(life, &(struct event){ .kind = EVENT_APPLIED_SNAPSHOT,
                                .applied = { .index = message->snapshot_index,
                                             .command = message->snapshot } });
    int ends_at = record_snapshot_locked(cfg, life->server, message->snapshot);
    test_check(ends_at == message->snapshot_index,
               "server %d: a snapshot said to end at index %d ends at %d",
               life->server, message->snapshot_index, ends_at);
    life->last_applied = message->snapshot_index;
}

void restore_from_snapshot(struct life *life)
{
    struct config *cfg = life->owner;
    struct bytes snapshot = persister_read_snapshot(life->persister);
    if (snapshot.len > 0) {
        pthread_mutex_lock(&cfg->mu);
        life->last_applied =
            record_snapshot_locked(cfg, life->server, snapshot);
        pthread_mutex_unlock(&cfg->mu);
    }
    bytes_free(&snapshot);
}

int snapshot_last_index(struct bytes snapshot)
{
    int index = 0;
    XDR xdrs;
    xdrmem_create(&xdrs, snapshot.data, (u_int)snapshot.len, XDR_DECODE);
    if (!xdr_int(&xdrs, &index))  // The first field.
        index = 0;
    xdr_destroy(&xdrs);
    return index;
}

static bool makes_snapshot_locked(struct config *cfg, int server, int index)
{
    must_hold(&cfg->mu);
    return (index + 1 + 3 * server) % cfg->servers[server].snapshot_interval ==
           0;
}

bool cfg_makes_snapshot(struct config *cfg, int server, int index)
{
    pthread_mutex_lock(&cfg->mu);
    bool makes = makes_snapshot_locked(cfg, server, index);
    pthread_mutex_unlock(&cfg->mu);
    return makes;
}

void cfg_set_snapshot_interval(struct config *cfg, int server, int interval)
{
    pthread_mutex_lock(&cfg->mu);
    cfg->servers[server].snapshot_interval = interval;
    pthread_mutex_unlock(&cfg->mu);
}

// ---- The receiving thread ----

// Calls raft_snapshot as a service does: on the thread that receives what is
// applied, with no lock held.
static void make_snapshot(struct life *life, int index, struct bytes snapshot)
{
    tell(life, &(struct event){ .kind = EVENT_SNAPSHOT_MADE,
                                .applied = { index, snapshot } });
    struct watched_call call;
    watchdog_begin_call(life->watchdog, &call, "raft_snapshot", life->server,
                        CALL_LIMIT_MS);
    raft_snapshot(life->raft, index, snapshot);
    watchdog_end_call(life->watchdog, &call);
}

// Takes over the message's bytes.
static void handle_message(struct life *life, struct apply_msg *message)
{
    struct config *cfg = life->owner;
    struct bytes snapshot = { NULL, 0 };
    test_check(message->command_valid != message->snapshot_valid,
               "server %d applied a message that is %s", life->server,
               message->command_valid ? "both a command and a snapshot"
                                      : "neither a command nor a snapshot");
    pthread_mutex_lock(&cfg->mu);
    if (life->crashed) {
        bytes_free(&message->command);
    } else if (message->snapshot_valid) {
        check_snapshot_locked(life, message);
    } else {
        check_command_locked(life, message);
        if (cfg->snapshots &&
            makes_snapshot_locked(cfg, life->server, message->command_index)) {
            snapshot = encode_snapshot_locked(cfg, life->server,
                                              message->command_index);
            atomic_store(&life->makes_snapshot, true);
        }
    }
    pthread_mutex_unlock(&cfg->mu);
    if (snapshot.len > 0)
        make_snapshot(life, message->command_index, snapshot);
    atomic_store(&life->makes_snapshot, false);
    bytes_free(&snapshot);
    bytes_free(&message->snapshot);
}

void *receive_applied(void *arg)
{
    struct life *life = arg;
    pthread_setname_np(pthread_self(), "service");
    struct apply_msg message;
    while (channel_receive(life->apply_ch, &message))
        handle_message(life, &message);
    return NULL;
}
