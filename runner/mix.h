// The policies that a hunt schedules by, and how much of a test's processor
// time each gets.
#ifndef RUNNER_MIX_H
#define RUNNER_MIX_H

#define MIX_N 3

struct mix {
    const char *policy;  // As --policy names it.
    int parts;           // Of the time.
};

extern const struct mix mix[MIX_N];

#endif
