// Finds floods: requests that one server sends to another again and again,
// without waiting. Used by the checker, and by tests/fig2 for its one server.
#ifndef CHECKER_FLOODS_H
#define CHECKER_FLOODS_H

#include "decode/messages.h"

#include <stdbool.h>
#include <stdint.h>

// The requests from one server to another. All zero at first.
#define N_RECENT 16
struct traffic {
    struct request recent[N_RECENT];  // The last ones; their args are freed.
    unsigned n_sent;
    // Requests of each kind that brought nothing new, since since_ns. It moves
    // on every second.
    int64_t since_ns;
    int n_again[SNAPSHOT + 1];
};

// Counts a request of one of Raft's three kinds, sent now. True if those that
// bring nothing new are too many now: a flood.
//   locks  none; the caller guards *traffic
bool traffic_is_flood(struct traffic *traffic, const struct request *request);

// The message about a flood: the two servers, the requests of one second, and
// what right Rafts send.
struct flood_text {
    char text[600];
};
struct flood_text flood_text(const struct traffic *traffic, int from, int to,
                             const struct request *last);

#endif
