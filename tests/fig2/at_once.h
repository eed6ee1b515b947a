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

// script_request_vote; `what` is a struct vote_call.
struct vote_call {
    int term;
    int candidate;
    int last_index;
    int last_term;
    bool granted;
};
void script_call_vote(struct script *s, void *what);

// script_append; `what` is a struct append_call.
struct append_call {
    struct append append;
    bool success;
};
void script_call_append(struct script *s, void *what);

// script_install; `what` is a struct install_call.
struct install_call {
    int term;
    int last_index;
    int last_term;
};
void script_call_install(struct script *s, void *what);

// script_start with this number and the following ones, until one is refused;
// `what` is a struct start_calls.
#define MAX_STARTS 6
struct start_calls {
    int number;
    int count;
    int index[MAX_STARTS];
};
void script_call_start(struct script *s, void *what);

// script_snapshot at each of these indices; `what` is a struct snapshot_calls.
struct snapshot_calls {
    int first;
    int last;
};
void script_call_snapshot(struct script *s, void *what);

#endif
