// Passes on what a run prints, at once, made fit for a terminal.
#ifndef RUNNER_RELAY_H
#define RUNNER_RELAY_H

#include <poll.h>
#include <stdbool.h>
#include <stdio.h>

#define RELAY_STREAMS 2

// A pipe, and where what comes out of it goes.
struct relay_stream {
    int fd;      // -1: closed, or never open.
    int run_fd;  // The run's end of it, until the run has started.
    FILE *to;
    char held[4];  // The beginning of a character whose end is still to come.
    int n_held;
    bool mid_line;
};

// Where our stdout and stderr are one, so are the run's: their lines keep their
// order. Then the second stream stays closed. Both are, without a relay.
struct relay {
    struct relay_stream stream[RELAY_STREAMS];
};

extern const struct relay relay_none;

// False, with errno set, if there are no pipes to be had.
bool relay_open(struct relay *relay);

// In the new process: its stdout and stderr lead to the relay.
void relay_begin_run(struct relay *relay);

// In the old one, when the new one has started.
void relay_begin(struct relay *relay);

// What to wait for: something to pass on.
void relay_poll(const struct relay *relay, struct pollfd fds[RELAY_STREAMS]);

// Passes on what is there, without waiting for more.
void relay_pass(struct relay *relay);

// The run has ended: passes on what is left, ends its last line, and closes.
// What still holds the other end, because it has got away, cannot delay this.
void relay_end(struct relay *relay);

#endif
