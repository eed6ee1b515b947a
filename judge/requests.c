// Answers what a peer asks, and keeps what it tells. One thread at a time
// receives, and answers at once what it can, so that the peer's saves and log
// lines stay in order. A call and an apply may wait: before the thread turns to
// one, another takes its place.
#include "judge/internal.h"

#include "labrpc/internal.h"
#include "rt/alloc.h"
#include "rt/channel_try.h"
#include "rt/clean.h"
#include "rt/debug_log.h"
#include "rt/shortage.h"
#include "tester/verdict.h"

#include <stdlib.h>
#include <string.h>

// A right Raft has fewer calls and applies under way, as each may be a thread.
#define MAX_UNDER_WAY       SHORTAGE_MAX_THREADS
#define MAX_BYTES_UNDER_WAY WIRE_MAX_BYTES

static void answer(struct raft *rf, const struct frame *question,
                   struct frame given)
{
    wire_answer(rf->peer->wire, question, &given);
}

// ---- What the tester has lent ----

// False if it has been returned. Else end_use must follow.
static bool begin_use(struct raft *rf)
{
    pthread_rwlock_rdlock(&rf->lent);
    bool may_use = !rf->has_returned_them;
    if (!may_use)
        pthread_rwlock_unlock(&rf->lent);
    return may_use;
}

static void end_use(struct raft *rf)
{
    pthread_rwlock_unlock(&rf->lent);
}

void requests_return_lent(struct raft *rf)
{
    pthread_rwlock_wrlock(&rf->lent);
    rf->has_returned_them = true;
    pthread_rwlock_unlock(&rf->lent);
}

// ---- The persister ----

static void save_tail(struct raft *rf, const struct frame *f)
{
    size_t size = persister_raft_state_size(rf->persister);
    if (f->numbers[0] < (int64_t)f->parts[0].len ||
        f->numbers[0] > (int64_t)size)
        lie_fail(rf->peer,
                 "persister_save_tail to keep %lld bytes of %zu, with a head "
                 "of %zu",
                 (long long)f->numbers[0], size, f->parts[0].len);
    persister_save_tail(rf->persister, f->parts[0], (size_t)f->numbers[0],
                        f->parts[1]);
}

// After raft_free has returned, a save changes nothing.
static void save(struct raft *rf, const struct frame *f)
{
    if (!begin_use(rf))
        return;
    if (f->kind == FRAME_SAVE_STATE)
        persister_save_raft_state(rf->persister, f->parts[0]);
    else if (f->kind == FRAME_SAVE)
        persister_save(rf->persister, f->parts[0], f->parts[1]);
    else
        save_tail(rf, f);
    end_use(rf);
}

static void read_saved(struct raft *rf, const struct frame *f)
{
    struct bytes saved = f->kind == FRAME_READ_STATE
                             ? persister_read_raft_state(rf->persister)
                             : persister_read_snapshot(rf->persister);
    answer(rf, f, (struct frame){ .parts = { saved } });
    bytes_free(&saved);
}

static void read_size(struct raft *rf, const struct frame *f)
{
    size_t size = f->kind == FRAME_STATE_SIZE
                      ? persister_raft_state_size(rf->persister)
                      : persister_snapshot_size(rf->persister);
    answer(rf, f, (struct frame){ .numbers = { (int64_t)size } });
}

static void answer_saved(struct raft *rf, const struct frame *f)
{
    if (!begin_use(rf)) {
        answer(rf, f, (struct frame){ 0 });
        return;
    }
    if (f->kind == FRAME_READ_STATE || f->kind == FRAME_READ_SNAPSHOT)
        read_saved(rf, f);
    else
        read_size(rf, f);
    end_use(rf);
}

// ---- The log ----

// Copies a text of the peer's, cut to `size`, safe for a terminal.
static void copy_text(char *to, size_t size, struct bytes from)
{
    size_t len = from.len < size - 1 ? from.len : size - 1;
    if (len > 0)
        memcpy(to, from.data, len);
    to[len] = '\0';
    clean_text(to, strlen(to));
}

static void print_log(struct raft *rf, const struct frame *f)
{
    char file[200], topic[10], text[480];
    copy_text(file, sizeof file, f->parts[0]);
    copy_text(topic, sizeof topic, f->parts[1]);
    copy_text(text, sizeof text, f->parts[2]);
    // The server is the peer's, whatever it says.
    debug_log_write(file, lie_check_int(rf->peer, f->numbers[0]), topic,
                    rf->peer->server, lie_check_int(rf->peer, f->numbers[2]),
                    "%s", text);
}

// ---- The apply channel ----

// Returns a message with bytes of its own, for the receiver.
static struct apply_msg applied(struct raft *rf, const struct frame *f)
{
    return (struct apply_msg){
        .command_valid = (f->numbers[0] & APPLIED_COMMAND) != 0,
        .snapshot_valid = (f->numbers[0] & APPLIED_SNAPSHOT) != 0,
        .command_index = lie_check_int(rf->peer, f->numbers[1]),
        .snapshot_term = lie_check_int(rf->peer, f->numbers[2]),
        .snapshot_index = lie_check_int(rf->peer, f->numbers[3]),
        .command = bytes_copy(f->parts[0]),
        .snapshot = bytes_copy(f->parts[1]),
    };
}

static void free_message(struct apply_msg *message)
{
    bytes_free(&message->command);
    bytes_free(&message->snapshot);
}

// The service mostly waits for the next message. False if it does not.
static bool apply_at_once(struct raft *rf, const struct frame *f)
{
    struct apply_msg message = applied(rf, f);
    bool may_use = begin_use(rf);
    bool is_sent = may_use && channel_try_send(rf->apply_ch, &message);
    if (may_use)
        end_use(rf);
    if (is_sent)
        answer(rf, f, (struct frame){ 0 });
    else
        free_message(&message);
    return is_sent;
}

static void apply(struct raft *rf, const struct frame *f)
{
    struct apply_msg message = applied(rf, f);
    if (begin_use(rf)) {
        channel_send(rf->apply_ch, &message);
        end_use(rf);
    } else {
        free_message(&message);
    }
    answer(rf, f, (struct frame){ 0 });
}

// ---- What is answered at once ----

static void try_thread(struct raft *rf, const struct frame *f)
{
    bool is_refused = refusals_try_thread();
    if (f->id != 0)  // Else it is told.
        answer(rf, f, (struct frame){ .numbers = { is_refused } });
}

// Does what can be done at once. Takes over the frame, or returns false.
static bool do_at_once(struct raft *rf, struct frame *f)
{
    switch (f->kind) {
    case FRAME_SAVE_STATE:
    case FRAME_SAVE:
    case FRAME_SAVE_TAIL:
        save(rf, f);
        break;
    case FRAME_READ_STATE:
    case FRAME_READ_SNAPSHOT:
    case FRAME_STATE_SIZE:
    case FRAME_SNAPSHOT_SIZE:
        answer_saved(rf, f);
        break;
    case FRAME_LOG:
        print_log(rf, f);
        break;
    case FRAME_APPLY:
        if (!apply_at_once(rf, f))
            return false;
        break;
    case FRAME_LAST_WORDS:
        if (!zygote_keep_last_words(rf->peer, f))
            lie_fail(rf->peer, "last words twice");
        return true;
    case FRAME_REFUSED:
        try_thread(rf, f);
        break;
    case FRAME_LEFT:
        rf->has_left = true;
        break;
    default:
        return false;
    }
    frame_free(f);
    return true;
}

// ---- What may wait ----

static void add_bytes(struct raft *rf, size_t bytes)
{
    if (atomic_fetch_add(&rf->bytes_under_way, bytes) + bytes >
        MAX_BYTES_UNDER_WAY)
        test_fail("%s has RPCs and applies of more than %d MB under way at "
                  "once",
                  peer_name(rf->peer).text, MAX_BYTES_UNDER_WAY >> 20);
}

static void take_bytes(struct raft *rf, size_t bytes)
{
    atomic_fetch_sub(&rf->bytes_under_way, bytes);
}

// A peer that does not read lets its replies pile up here.
static void give_reply(struct raft *rf, const struct frame *f, bool received,
                       struct bytes encoded)
{
    add_bytes(rf, encoded.len);
    answer(rf, f,
           (struct frame){ .numbers = { received }, .parts = { encoded } });
    take_bytes(rf, encoded.len);
}

static void call(struct raft *rf, const struct frame *f)
{
    int64_t to = f->numbers[0], number = f->numbers[1];
    if (to < 0 || to >= rf->n_servers || number < 0 || number >= rf->n_methods)
        lie_fail(rf->peer, "a call to no server, or of no method");
    const struct labrpc_method *method = &rf->methods[number];
    void *args = alloc(method->args_size);
    void *reply = alloc(method->reply_size);
    lie_check_decode(rf->peer, "arguments", method->name, method->xdr_args,
                     f->parts[0], args);
    bool received = false;
    if (begin_use(rf)) {
        received = labrpc_call(rf->ends[to], method, args, reply);
        end_use(rf);
    }
    struct bytes encoded = { NULL, 0 };
    if (received)
        encoded =
            labrpc_encode("reply", method->name, method->xdr_reply, reply);
    give_reply(rf, f, received, encoded);
    bytes_free(&encoded);
    xdr_free(method->xdr_args, args);
    xdr_free(method->xdr_reply, reply);
    free(args);
    free(reply);
}

// The judge keeps them, each in a thread of its own.
static void begin_slow(struct raft *rf, size_t bytes)
{
    if (atomic_fetch_add(&rf->n_under_way, 1) >= MAX_UNDER_WAY)
        test_fail("%s has more than %d RPCs and applies under way at once",
                  peer_name(rf->peer).text, MAX_UNDER_WAY);
    add_bytes(rf, bytes);
}

static void end_slow(struct raft *rf, size_t bytes)
{
    take_bytes(rf, bytes);
    atomic_fetch_sub(&rf->n_under_way, 1);
}

static void do_slowly(struct raft *rf, struct frame *f)
{
    size_t bytes = f->parts[0].len + f->parts[1].len + f->parts[2].len;
    begin_slow(rf, bytes);
    if (f->kind == FRAME_CALL)
        call(rf, f);
    else if (f->kind == FRAME_APPLY)
        apply(rf, f);
    else
        lie_fail(rf->peer, "what only the judge says");
    end_slow(rf, bytes);
    frame_free(f);
}

// ---- Receiving ----

// Receives until there is something that may wait. False if the peer has ended.
static bool receive_slow_locked(struct raft *rf, struct frame *f)
{
    for (;;) {
        const char *why;
        enum wire_got got = wire_receive(rf->peer->wire, f, &why);
        if (got == WIRE_WRONG)
            lie_fail(rf->peer, "%s", why);
        if (got == WIRE_ENDED)
            return false;
        if (rf->ends == NULL && f->kind != FRAME_LAST_WORDS &&
            f->kind != FRAME_REFUSED)
            lie_fail(rf->peer, "a question before it was made");
        if (!do_at_once(rf, f))
            return true;
    }
}

static bool receive_slow(struct raft *rf, struct frame *f)
{
    atomic_fetch_add(&rf->n_waiting, 1);
    pthread_mutex_lock(&rf->receiving);
    atomic_fetch_sub(&rf->n_waiting, 1);
    bool has_come = receive_slow_locked(rf, f);
    if (has_come && atomic_load(&rf->n_waiting) == 0)
        go(rf->readers, "peer's reader", requests_read, rf);
    pthread_mutex_unlock(&rf->receiving);
    return has_come;
}

void requests_read(void *arg)
{
    struct raft *rf = arg;
    struct frame f;
    while (receive_slow(rf, &f))
        do_slowly(rf, &f);
    zygote_drained(rf->peer);
}
