// Sends and receives frames, and gives each answer to the thread that asked.
#include "wire/internal.h"

#include "rt/alloc.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

// A question whose answer has not come. It lives on the stack of the thread
// that asks.
struct ask {
    uint32_t id;
    struct frame *answer;
    pthread_cond_t changed;
    struct ask *next;

    // Guarded by wire->mu.
    bool is_over;

    bool is_answered;
};

struct wire {
    int fd;
    struct pieces pieces;
    _Atomic uint64_t n_sent;

    pthread_mutex_t mu;

    // Guarded by mu.
    struct ask *asks;
    uint32_t n_asked;
    bool ended;
};

struct wire *wire_make(int fd)
{
    struct wire *wire = alloc(sizeof *wire);
    wire->fd = fd;
    pieces_init(&wire->pieces);
    pthread_mutex_init(&wire->mu, NULL);
    return wire;
}

void wire_free(struct wire *wire)
{
    close(wire->fd);
    pieces_destroy(&wire->pieces);
    pthread_mutex_destroy(&wire->mu);
    free(wire);
}

// ---- Sending ----

// Not by sendmsg(2): a life may not call it, because it passes descriptors,
// too.
static bool send_packet(struct wire *wire, struct iovec *iov, int n_iov)
{
    ssize_t sent;
    do
        sent = writev(wire->fd, iov, n_iov);
    while (sent < 0 && errno == EINTR);
    return sent >= 0;
}

static bool send_whole(struct wire *wire, const struct packet_head *head,
                       const struct frame *frame)
{
    struct iovec iov[1 + FRAME_PARTS] = { { (void *)head, sizeof *head } };
    for (int k = 0; k < FRAME_PARTS; k++)
        iov[1 + k] =
            (struct iovec){ frame->parts[k].data, frame->parts[k].len };
    return send_packet(wire, iov, 1 + FRAME_PARTS);
}

static char *join_parts(const struct frame *frame, size_t size)
{
    char *joined = alloc(size);
    size_t at = 0;
    for (int k = 0; k < FRAME_PARTS; k++) {
        if (frame->parts[k].len > 0)
            memcpy(joined + at, frame->parts[k].data, frame->parts[k].len);
        at += frame->parts[k].len;
    }
    return joined;
}

static bool send_pieces(struct wire *wire, struct packet_head *head,
                        const struct frame *frame, size_t size)
{
    char *joined = join_parts(frame, size);
    bool sent = true;
    for (size_t at = 0; sent && at < size; at += PIECE_BYTES) {
        head->offset = at;
        size_t piece = size - at < PIECE_BYTES ? size - at : PIECE_BYTES;
        struct iovec iov[] = { { head, sizeof *head }, { joined + at, piece } };
        sent = send_packet(wire, iov, 2);
    }
    free(joined);
    return sent;
}

bool wire_tell(struct wire *wire, const struct frame *frame)
{
    struct packet_head head = { .kind = frame->kind,
                                .id = frame->id,
                                .serial = atomic_fetch_add(&wire->n_sent, 1) };
    memcpy(head.numbers, frame->numbers, sizeof head.numbers);
    size_t size = 0;
    for (int k = 0; k < FRAME_PARTS; k++) {
        head.lengths[k] = frame->parts[k].len;
        size += frame->parts[k].len;
    }
    return size <= PIECE_BYTES ? send_whole(wire, &head, frame)
                               : send_pieces(wire, &head, frame, size);
}

bool wire_answer(struct wire *wire, const struct frame *question,
                 struct frame *answer)
{
    answer->kind = FRAME_ANSWER;
    answer->id = question->id;
    return wire_tell(wire, answer);
}

// ---- Asking ----

static void add_ask(struct wire *wire, struct ask *ask)
{
    pthread_mutex_lock(&wire->mu);
    ask->id = ++wire->n_asked;
    ask->is_over = wire->ended;
    ask->next = wire->asks;
    wire->asks = ask;
    pthread_mutex_unlock(&wire->mu);
}

// Takes the question of this id off the list. NULL if there is none.
static struct ask *take_ask_locked(struct wire *wire, uint32_t id)
{
    struct ask **place = &wire->asks;
    while (*place != NULL && (*place)->id != id)
        place = &(*place)->next;
    struct ask *ask = *place;
    if (ask != NULL)
        *place = ask->next;
    return ask;
}

static void await_answer(struct wire *wire, struct ask *ask)
{
    pthread_mutex_lock(&wire->mu);
    while (!ask->is_over)
        pthread_cond_wait(&ask->changed, &wire->mu);
    if (!ask->is_answered)
        take_ask_locked(wire, ask->id);
    pthread_mutex_unlock(&wire->mu);
}

bool wire_ask(struct wire *wire, struct frame *question, struct frame *answer)
{
    struct frame unused = { 0 };
    struct ask ask = { .answer = answer != NULL ? answer : &unused };
    pthread_cond_init(&ask.changed, NULL);
    add_ask(wire, &ask);
    question->id = ask.id;
    // If it cannot be sent, those who receive learn of the end, too.
    wire_tell(wire, question);
    await_answer(wire, &ask);
    pthread_cond_destroy(&ask.changed);
    frame_free(&unused);
    return ask.is_answered;
}

// ---- Receiving ----

// Gives an answer to the thread that asked. False if none did.
static bool deliver(struct wire *wire, const struct frame *answer)
{
    pthread_mutex_lock(&wire->mu);
    struct ask *ask = take_ask_locked(wire, answer->id);
    if (ask != NULL) {
        *ask->answer = *answer;
        ask->is_answered = true;
        ask->is_over = true;
        pthread_cond_signal(&ask->changed);
    }
    pthread_mutex_unlock(&wire->mu);
    return ask != NULL;
}

// Nothing comes any more.
static void end(struct wire *wire)
{
    pthread_mutex_lock(&wire->mu);
    wire->ended = true;
    for (struct ask *ask = wire->asks; ask != NULL; ask = ask->next) {
        ask->is_over = true;
        pthread_cond_signal(&ask->changed);
    }
    pthread_mutex_unlock(&wire->mu);
}

void wire_shut(struct wire *wire)
{
    shutdown(wire->fd, SHUT_RDWR);
}

void wire_stop_receiving(struct wire *wire)
{
    shutdown(wire->fd, SHUT_RD);
}

// The system reports ECONNRESET once, before what the other side sent, if that
// has ended without reading all.
static ssize_t receive_packet(struct wire *wire, struct packet *packet)
{
    ssize_t size;
    do
        size = recv(wire->fd, packet, sizeof *packet, MSG_TRUNC);
    while (size < 0 && (errno == EINTR || errno == ECONNRESET));
    return size;
}

enum wire_got wire_receive(struct wire *wire, struct frame *frame,
                           const char **why)
{
    struct packet packet;
    for (;;) {
        ssize_t size = receive_packet(wire, &packet);
        if (size <= 0) {
            end(wire);
            return WIRE_ENDED;
        }
        *why = packet_check(&packet, (size_t)size);
        bool is_whole = *why == NULL && pieces_add(&wire->pieces, &packet,
                                                   (size_t)size, frame, why);
        if (*why != NULL)
            return WIRE_WRONG;
        if (!is_whole)
            continue;
        if (frame->kind != FRAME_ANSWER)
            return WIRE_FRAME;
        if (!deliver(wire, frame)) {
            frame_free(frame);
            *why = "an answer to no question";
            return WIRE_WRONG;
        }
    }
}
