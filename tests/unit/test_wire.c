// Frames arrive whole, however long they are. A packet that is part of no frame
// is refused.
#include "rt/alloc.h"
#include "rt/go.h"
#include "tests/unit/unit.h"
#include "wire/internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LONG_BYTES (3 * PIECE_BYTES + 17)

struct pair {
    struct wire *one, *other;
    int other_fd;  // The socket of `other`.
};

static struct pair make_pair(void)
{
    int fds[2];
    check(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds) == 0);
    return (struct pair){ wire_make(fds[0]), wire_make(fds[1]), fds[1] };
}

static void free_pair(struct pair *pair)
{
    wire_free(pair->one);
    wire_free(pair->other);
}

static struct bytes make_bytes(size_t len)
{
    struct bytes bytes = { alloc(len), len };
    for (size_t k = 0; k < len; k++)
        ((char *)bytes.data)[k] = (char)(k * 7 + k / 251);
    return bytes;
}

// Answers one question with its own parts, as the other side.
static void *echo(void *arg)
{
    struct wire *wire = arg;
    struct frame question;
    const char *why;
    check(wire_receive(wire, &question, &why) == WIRE_FRAME);
    struct frame answer = { .numbers = { question.numbers[0] + 1 } };
    memcpy(answer.parts, question.parts, sizeof answer.parts);
    check(wire_answer(wire, &question, &answer));
    frame_free(&question);
    return NULL;
}

// Receives until the connection ends.
static void *receive(void *arg)
{
    struct frame frame;
    const char *why;
    while (wire_receive(arg, &frame, &why) == WIRE_FRAME)
        frame_free(&frame);
    return NULL;
}

UNIT_TEST(wire, long_questions_and_answers_arrive_whole)
{
    struct pair pair = make_pair();
    pthread_t answering, receiving;
    go_thread(&answering, echo, pair.other);
    go_thread(&receiving, receive, pair.one);

    struct bytes text = make_bytes(LONG_BYTES), more = make_bytes(5);
    struct frame question = { .kind = FRAME_START,
                              .numbers = { 41 },
                              .parts = { more, text } };
    struct frame answer = { 0 };
    check(wire_ask(pair.one, &question, &answer));
    check(answer.numbers[0] == 42);
    check(bytes_equal(answer.parts[0], more));
    check(bytes_equal(answer.parts[1], text));

    frame_free(&answer);
    bytes_free(&text);
    bytes_free(&more);
    wire_shut(pair.one);
    pthread_join(answering, NULL);
    pthread_join(receiving, NULL);
    free_pair(&pair);
}

UNIT_TEST(wire, a_question_without_an_answer_ends_with_the_connection)
{
    struct pair pair = make_pair();
    pthread_t receiving;
    go_thread(&receiving, receive, pair.one);
    wire_shut(pair.other);
    struct frame question = { .kind = FRAME_STATE };
    check(!wire_ask(pair.one, &question, NULL));
    check(!wire_ask(pair.one, &question, NULL));
    pthread_join(receiving, NULL);
    free_pair(&pair);
}

// Sends a packet of this head, and so many bytes behind it. Returns what is
// wrong with it.
static const char *refusal(struct packet_head head, size_t size)
{
    struct pair pair = make_pair();
    struct packet packet = { .head = head };
    check(send(pair.other_fd, &packet, sizeof head + size, 0) > 0);
    struct frame frame;
    const char *why = NULL;
    check(wire_receive(pair.one, &frame, &why) == WIRE_WRONG);
    free_pair(&pair);
    return why;
}

static void check_text(const char *text, const char *expected)
{
    check_that(strcmp(text, expected) == 0, "\"%s\", not \"%s\"", text,
               expected);
}

// The last words of a process that had not read all questions arrive.
UNIT_TEST(wire, what_was_told_last_arrives)
{
    struct pair pair = make_pair();
    check(wire_tell(pair.one, &(struct frame){ .kind = FRAME_LOG }));
    check(wire_tell(pair.other, &(struct frame){ .kind = FRAME_LEFT }));
    wire_free(pair.other);
    struct frame frame;
    const char *why;
    check(wire_receive(pair.one, &frame, &why) == WIRE_FRAME &&
          frame.kind == FRAME_LEFT);
    frame_free(&frame);
    check(wire_receive(pair.one, &frame, &why) == WIRE_ENDED);
    wire_free(pair.one);
}

UNIT_TEST(wire, what_is_no_frame_is_refused)
{
    check_text(refusal((struct packet_head){ .kind = N_FRAME_KINDS }, 0),
               "a frame of an unknown kind");
    check_text(refusal((struct packet_head){ .lengths = { UINT64_MAX, 2 } }, 1),
               "a frame that is too long");
    check_text(refusal((struct packet_head){ .lengths = { 10 } }, 11),
               "a piece that is no part of its frame");
    check_text(
        refusal((struct packet_head){ .offset = 11, .lengths = { 10 } }, 0),
        "a piece that is no part of its frame");
    check_text(refusal((struct packet_head){ .lengths = { 10 } }, 0),
               "an empty piece");
    check_text(refusal((struct packet_head){ .kind = FRAME_ANSWER }, 0),
               "an answer to no question");
}

UNIT_TEST(wire, pieces_of_one_frame_must_agree)
{
    struct pair pair = make_pair();
    struct packet packet = { .head = { .serial = 1, .lengths = { 10 } } };
    check(send(pair.other_fd, &packet, sizeof packet.head + 4, 0) > 0);
    packet.head.lengths[0] = 1000;
    packet.head.offset = 500;
    check(send(pair.other_fd, &packet, sizeof packet.head + 4, 0) > 0);
    struct frame frame;
    const char *why = NULL;
    check(wire_receive(pair.one, &frame, &why) == WIRE_WRONG);
    check_text(why, "two pieces of one frame that disagree");
    free_pair(&pair);
}
