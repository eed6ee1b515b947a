// Two calls into the server at the same time.
//
// Each call is a function and a struct with its arguments and its result. One
// runs on the test's main thread, the other on a second thread. The schedule
// decides which comes first and how their steps interleave. So a test makes
// many such pairs of calls, and checks what holds in either order.
#ifndef TESTS_FIG2_AT_ONCE_H
#define TESTS_FIG2_AT_ONCE_H

#include "tests/fig2/script.h"

// Returns when both calls have returned.
void script_at_once(struct script *s, void (*one)(struct script *s, void *what),
                    void *one_what, void (*other)(struct script *s, void *what),
                    void *other_what);

// script_request_vote; `what` is a struct asked.
struct asked {
    int term;
    int candidate;
    int last_index;
    int last_term;
    bool granted;
};
void script_ask(struct script *s, void *what);

// script_append; `what` is a struct sent.
struct sent {
    struct append append;
    bool success;
};
void script_send(struct script *s, void *what);

// script_install; `what` is a struct installed.
struct installed {
    int term;
    int last_index;
    int last_term;
};
void script_send_snapshot(struct script *s, void *what);

// script_start with this number and the following ones, until one is refused;
// `what` is a struct started.
#define MOST_STARTED 6
struct started {
    int number;
    int count;
    int index[MOST_STARTED];
};
void script_start_some(struct script *s, void *what);

// script_snapshot at each of these indices; `what` is a struct made.
struct made {
    int first;
    int last;
};
void script_make_snapshots(struct script *s, void *what);

#endif
