// Floods: what a server sends another without waiting. The checker looks for
// them in a cluster, and tests/fig2 in what its one server sends.
#ifndef CHECKER_FLOODS_H
#define CHECKER_FLOODS_H

#include "decode/messages.h"

#include <stdbool.h>
#include <stdint.h>

// What one server sends to another. Zeroed at first.
#define N_RECENT 16
struct stream {
    struct request recent[N_RECENT];  // The last; their args are gone.
    unsigned n_sent;
    int64_t since_ns;           // The second began in which so many
    int n_again[SNAPSHOT + 1];  // of each kind brought nothing new.
};

// Counts a request of one of the three kinds, sent now. True if those that
// bring nothing new have become a flood.
//   locks  none; the caller guards the stream
bool stream_floods(struct stream *stream, const struct request *request);

// Says so: who sends what to whom how often, and what is usual.
struct flood_text {
    char text[600];
};
struct flood_text flood_text(const struct stream *stream, int from, int to,
                             const struct request *last);

#endif
