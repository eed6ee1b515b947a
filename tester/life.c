// Starts, kills and frees one server at a time, on the owner's thread.
#include "tester/life.h"

#include "rt/alloc.h"
#include "rt/clock.h"
#include "rt/go.h"
#include "tester/faults.h"
#include "tester/process.h"
#include "tester/verdict.h"
#include "tester/verdict_internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

struct server_name life_server_name(int server)
{
    struct server_name name;
    snprintf(name.text, sizeof name.text, "server %d", server);
    return name;
}

// ---- Starting ----

struct life *life_make(struct labrpc_network *net, int n_servers, int server)
{
    struct life *life = alloc(sizeof *life);
    life->net = net;
    life->n_servers = n_servers;
    life->server = server;
    life->ends = alloc((size_t)n_servers * sizeof(struct labrpc_end *));
    return life;
}

void life_make_end(struct life *life, int to, uint64_t unique)
{
    char *name = alloc_format("%d to %d, %016llx", life->server, to,
                              (unsigned long long)unique);
    struct labrpc_end *end = labrpc_make_end(life->net, name);
    labrpc_connect(end, life_server_name(to).text);
    labrpc_set_owner(end, life->event_life, to);
    life->ends[to] = end;
    free(name);
}

static void make_raft(struct life *life)
{
    // The threads that raft_make starts inherit this name. It shows whose
    // thread is left over at the end. (The system's limit is 15 characters.)
    char old[16];
    pthread_getname_np(pthread_self(), old, sizeof old);
    pthread_setname_np(pthread_self(), life_server_name(life->server).text);

    struct watched_call call;
    watchdog_begin_call(life->watchdog, &call, "raft_make", life->server,
                        CALL_LIMIT_MS);
    life->raft = raft_make(life->ends, life->n_servers, life->server,
                           life->persister, life->apply_ch);
    watchdog_end_call(life->watchdog, &call);
    pthread_setname_np(pthread_self(), old);
    test_check(life->raft != NULL, "raft_make on server %d returned NULL",
               life->server);
}

static void serve(struct life *life)
{
    int n_methods;
    const struct labrpc_method *methods = raft_methods(&n_methods);
    struct labrpc_server *server = labrpc_make_server();
    labrpc_add_service(server, methods, n_methods, life->raft);
    labrpc_set_server_owner(server, life->event_life);
    labrpc_add_server(life->net, life_server_name(life->server).text, server);
}

void life_start(struct life *life, void *(*service)(void *life))
{
    assert(life->persister != NULL);
    assert(life->apply_ch != NULL);
    make_raft(life);
    go_thread(&life->service, service, life);
    serve(life);
}

void *life_drop_applied(void *life)
{
    struct channel *apply_ch = ((struct life *)life)->apply_ch;
    struct apply_msg message;
    while (channel_receive(apply_ch, &message)) {
        bytes_free(&message.command);
        bytes_free(&message.snapshot);
    }
    return NULL;
}

// ---- Ending ----

void life_kill(struct life *life)
{
    struct watched_call call;
    watchdog_begin_call(life->watchdog, &call, "raft_kill", life->server,
                        CALL_LIMIT_MS);
    raft_kill(life->raft);
    watchdog_end_call(life->watchdog, &call);
}

void life_crash(struct life *life)
{
    if (!process_kill(life->raft))
        life_kill(life);
}

void life_crash_hard(struct life *life)
{
    life->crashed_hard = true;
    fault_crash(life->raft);
}

void life_end_network(struct labrpc_network *net, struct watchdog *watchdog)
{
    struct watched_call call;
    watchdog_begin_call(watchdog, &call, "an RPC handler", NO_SERVER,
                        END_LIMIT_MS);
    labrpc_cleanup(net);
    labrpc_join_handlers(net);
    watchdog_end_call(watchdog, &call);
}

// Waits until the service has returned from raft_snapshot, if it had called it
// before the crash. It calls it no more. (If raft_snapshot does not return, the
// watchdog fails the test.)
static void await_snapshot(struct life *life)
{
    while (atomic_load(&life->makes_snapshot))
        sleep_ms(1);
}

static void free_raft(struct life *life)
{
    await_snapshot(life);
    struct watched_call call;
    watchdog_begin_call(life->watchdog, &call,
                        "raft_free (which waits for the killed Raft's threads)",
                        life->server, END_LIMIT_MS);
    raft_free(life->raft);
    watchdog_end_call(life->watchdog, &call);
}

// Waits until no thread of a hard-crashed Raft is in a call to the network or
// the persister any more. The Raft itself is not freed.
static void abandon_raft(struct life *life)
{
    struct watched_call call;
    watchdog_begin_call(life->watchdog, &call,
                        "a call that the crashed Raft was making", life->server,
                        END_LIMIT_MS);
    while (fault_threads_outside(life->raft) > 0)
        sleep_ms(1);
    watchdog_end_call(life->watchdog, &call);
    verdict_expect_leaks();
}

void life_free(struct life *life)
{
    if (life->crashed_hard)
        abandon_raft(life);
    else
        free_raft(life);
    channel_close(life->apply_ch);
    pthread_join(life->service, NULL);
    channel_free(life->apply_ch);
    persister_free(life->persister);
    free(life->ends);
    free(life);
}
