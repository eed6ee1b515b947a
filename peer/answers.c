// Answers what the judge asks: calls the functions of raft.h, and the handlers
// of RPCs.
#include "peer/internal.h"

#include "labrpc/internal.h"
#include "rt/alloc.h"

#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct raft *raft;  // Set before the judge asks it anything.

static void give_methods(const struct frame *question)
{
    char *names;
    size_t size, n = (size_t)peer_object.n_methods;
    FILE *to = alloc_stream(&names, &size);
    char *messages = alloc(n);
    for (size_t k = 0; k < n; k++) {
        const struct labrpc_method *method = &peer_object.methods[k];
        fwrite(method->name, strlen(method->name) + 1, 1, to);
        messages[k] = (char)object_messages_of(method);
    }
    fclose(to);
    struct frame answer = { .parts = { { names, size }, { messages, n } } };
    wire_answer(peer_wire, question, &answer);
    free(names);
    free(messages);
}

static void make(const struct frame *question)
{
    int n = (int)question->numbers[0], me = (int)question->numbers[1];
    if (question->numbers[2] != 0)
        log_turn_on();
    // The threads that raft_make starts inherit this name. It shows whose
    // thread is left over at the end.
    char name[16];
    snprintf(name, sizeof name, "server %d", me);
    pthread_setname_np(pthread_self(), name);
    raft = peer_object.make(peer_make_ends(n), n, me, peer_persister(),
                            peer_apply_channel());
    pthread_setname_np(pthread_self(), "reader");
    struct frame answer = { .numbers = { raft != NULL } };
    wire_answer(peer_wire, question, &answer);
}

static void start(const struct frame *question)
{
    int index = 0, term = 0;
    bool is_leader = peer_object.start(raft, question->parts[0], &index, &term);
    struct frame answer = { .numbers = { is_leader, index, term } };
    wire_answer(peer_wire, question, &answer);
}

static void get_state(const struct frame *question)
{
    int term = 0;
    bool is_leader = false;
    peer_object.get_state(raft, &term, &is_leader);
    struct frame answer = { .numbers = { term, is_leader } };
    wire_answer(peer_wire, question, &answer);
}

// Runs a handler, as labrpc does.
static void handle(const struct frame *question)
{
    const struct labrpc_method *method =
        &peer_object.methods[question->numbers[0]];
    void *args = alloc(method->args_size);
    void *reply = alloc(method->reply_size);
    labrpc_decode("arguments", method->name, method->xdr_args,
                  question->parts[0], args);
    method->handler(raft, args, reply);
    struct bytes encoded =
        labrpc_encode("reply", method->name, method->xdr_reply, reply);
    struct frame answer = { .parts = { encoded } };
    wire_answer(peer_wire, question, &answer);
    bytes_free(&encoded);
    xdr_free(method->xdr_args, args);
    xdr_free(method->xdr_reply, reply);
    free(args);
    free(reply);
}

static void tell_memory(const struct frame *question)
{
    struct mallinfo2 info = mallinfo2();
    struct frame answer = { .numbers = {
                                (int64_t)(info.uordblks + info.hblkhd) } };
    wire_answer(peer_wire, question, &answer);
}

static void answer_done(const struct frame *question)
{
    wire_answer(peer_wire, question, &(struct frame){ 0 });
}

bool answers_give(const struct frame *question)
{
    switch (question->kind) {
    case FRAME_METHODS:
        give_methods(question);
        break;
    case FRAME_MAKE:
        make(question);
        break;
    case FRAME_START:
        start(question);
        break;
    case FRAME_STATE:
        get_state(question);
        break;
    case FRAME_HANDLE:
        handle(question);
        break;
    case FRAME_SNAPSHOT:
        peer_object.snapshot(raft, (int)question->numbers[0],
                             question->parts[0]);
        answer_done(question);
        break;
    case FRAME_MEMORY:
        tell_memory(question);
        break;
    case FRAME_KILL:
        peer_object.kill(raft);
        answer_done(question);
        break;
    default:
        peer_object.free(raft);
        answer_done(question);
        return true;
    }
    return false;
}
