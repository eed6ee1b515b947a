// Passes a run's output on at once, made safe for a terminal.
#ifndef RUNNER_RELAY_H
#define RUNNER_RELAY_H

#include <poll.h>
#include <stdbool.h>
#include <stdio.h>

#define RELAY_STREAMS 2

// A pipe from the run, and the stream that its bytes go to.
struct relay_stream {
    int fd;      // -1: closed, or never opened.
    int run_fd;  // The run's end of the pipe, until the run has started.
    FILE *to;
    char held[4];  // The first bytes of an incomplete character.
    int n_held;
    bool mid_line;
};

// If our stdout and stderr are the same file, the run's are one pipe, so that
// their lines keep their order; the second stream is closed then. Without a
// relay both are closed.
struct relay {
    struct relay_stream stream[RELAY_STREAMS];
};

extern const struct relay relay_none;

// Opens the pipes. False, with errno set, if that fails.
bool relay_open(struct relay *relay);

// Called in the new process: connects its stdout and stderr to the pipes.
void relay_begin_run(struct relay *relay);

// Called in the parent when the new process has started.
void relay_begin(struct relay *relay);

// Fills fds for a poll(2) that waits for output.
void relay_poll(const struct relay *relay, struct pollfd fds[RELAY_STREAMS]);

// Passes on the output that has come. Does not block.
void relay_pass(struct relay *relay);

// Called when the run has ended: passes on the rest, ends its last line, and
// closes. Does not wait for a process that escaped and still holds the pipe's
// other end.
void relay_end(struct relay *relay);

#endif
