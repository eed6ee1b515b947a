// The frames by which the judge and a peer speak, over a socket pair of kind
// SOCK_SEQPACKET. Each side asks, answers and tells. Any thread may do any of
// this.
//
// Nothing that the other side says is trusted: a frame is checked for its kind
// and its lengths here, and for its sense where it is used.
#ifndef WIRE_WIRE_H
#define WIRE_WIRE_H

#include "rt/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A frame has a kind, numbers and parts. Those that are not named are not used.
enum frame_kind {
    // The judge asks: the functions of raft.h, and the handlers of RPCs.
    FRAME_METHODS,   // Answer: part 0 has the names, each with its zero byte;
                     // part 1 a byte for each, an enum messages.
    FRAME_MAKE,      // Numbers: servers, me, is the log on? Answer: made?
    FRAME_START,     // Part 0: command. Answer: is leader?, index, term.
    FRAME_STATE,     // Answer: term, is leader?
    FRAME_SNAPSHOT,  // Number: index. Part 0: snapshot.
    FRAME_KILL,
    FRAME_FREE,    // Answered when raft_free has returned.
    FRAME_MEMORY,  // Answer: allocated bytes.
    FRAME_HANDLE,  // Number: method. Part 0: arguments. Answer: part 0: reply.

    // The peer asks: labrpc, the persister, the apply channel.
    FRAME_CALL,        // Numbers: server, method. Part 0: arguments.
                       // Answer: was there a reply? Part 0: reply.
    FRAME_READ_STATE,  // Answer: part 0: Raft state.
    FRAME_READ_SNAPSHOT,
    FRAME_STATE_SIZE,  // Answer: bytes.
    FRAME_SNAPSHOT_SIZE,
    FRAME_APPLY,  // Numbers: enum applied, command's index, snapshot's term and
                  // index. Parts: command, snapshot.
    FRAME_REFUSED,  // A thread. Answer, if it is asked: is it refused to the
                    // judge, too?

    // The peer tells. Nothing is answered.
    FRAME_SAVE_STATE,  // Part 0: Raft state.
    FRAME_SAVE,        // Parts: Raft state, snapshot.
    FRAME_SAVE_TAIL,   // Number: keep. Parts: head, tail.
    FRAME_LOG,         // Numbers: line, server, term. Parts: file, topic, text.
    FRAME_LAST_WORDS,  // Numbers: signal, 0 for exit(), or
                       // LAST_WORDS_NOT_LOADED; address, or status. Parts: the
                       // stack, addresses in the shared object; by SIGSYS the
                       // system call's name, or why it is not loaded.
    FRAME_LEFT,        // Only the first thread is left, besides the Raft's.

    FRAME_ANSWER,
    N_FRAME_KINDS
};

// The RPC whose messages a method has: a given one, or another.
enum messages {
    MESSAGES_OTHER,
    MESSAGES_VOTE,
    MESSAGES_APPEND,
    MESSAGES_INSTALL,
    N_MESSAGES
};

// Of FRAME_LAST_WORDS: the Raft's shared object could not be loaded.
#define LAST_WORDS_NOT_LOADED (-1)

// Of FRAME_APPLY, or-ed.
enum applied { APPLIED_COMMAND = 1, APPLIED_SNAPSHOT = 2 };

#define FRAME_NUMBERS 4
#define FRAME_PARTS   3

// The parts of all frames that have not arrived whole; a message or a snapshot
// of more is refused.
#define WIRE_MAX_BYTES (256 << 20)

// The number of these frames. A thread sends one at a time.
#define WIRE_MAX_UNFINISHED 2000

struct frame {
    enum frame_kind kind;
    uint32_t id;  // Of a question and its answer.
    int64_t numbers[FRAME_NUMBERS];
    struct bytes parts[FRAME_PARTS];
    void *memory;  // Has the parts of a received frame; else NULL.
};

// Frees a received frame's parts.
void frame_free(struct frame *frame);

struct wire;

// Makes one side of a connection, which takes over the socket. wire_free closes
// it. The process ignores SIGPIPE.
struct wire *wire_make(int fd);
void wire_free(struct wire *wire);

// Sends a frame. Blocks while the other side reads nothing. False if there is
// no other side any more.
bool wire_tell(struct wire *wire, const struct frame *frame);

// Sends a question, and waits until a thread that receives has got its answer.
// False if there is no other side any more. The caller frees the answer with
// frame_free, unless `answer` is NULL.
bool wire_ask(struct wire *wire, struct frame *question, struct frame *answer);

// Answers a question.
bool wire_answer(struct wire *wire, const struct frame *question,
                 struct frame *answer);

enum wire_got {
    WIRE_FRAME,  // *frame is a question, or told; free it with frame_free.
    WIRE_ENDED,  // The other side is gone; who waits for an answer is woken.
    WIRE_WRONG,  // That was no frame: *why says why.
};

// Receives a frame. Gives answers to those who wait for them. Several threads
// may receive at the same time.
enum wire_got wire_receive(struct wire *wire, struct frame *frame,
                           const char **why);

// Ends the connection, for both sides: who waits for an answer is woken.
void wire_shut(struct wire *wire);

// Ends receiving alone. Packets that have come already are still received.
void wire_stop_receiving(struct wire *wire);

#endif
