// All that there is to say about one graded submission. results, junit and
// account write it.
#ifndef GRADE_REPORT_H
#define GRADE_REPORT_H

#include "grade/score.h"

#include <stddef.h>

enum report_state {
    REPORT_GRADED,
    REPORT_REFUSED,
    REPORT_NOT_BUILT,
    REPORT_FOR_A_PERSON
};

// A distinct failure, whose summary and page are handed back.
struct failure {
    enum layer layer;
    int test;             // Its place in known_tests.
    int runs;             // So many failed alike.
    const char *message;  // Of the first of them.
    const char *rule;     // The checker's rule that was broken; or NULL.
    const char *summary;  // "failures/1.txt"; or NULL.
    const char *page;     // "failures/1.html"; or NULL.
};

struct layer_report {
    int repeats;          // Of inconclusive runs.
    uint64_t first_seed;  // Staff's knowledge; 0: isolated, or not run.
    double seconds;
    double cpu_seconds;
};

// Everything belongs to the caller. Texts may hold any bytes.
struct report {
    const char *name;
    const char *given;  // As in struct submission; or NULL.
    const char *digest;
    enum report_state state;
    const char *reason;   // Why it is not graded, or what a person has to look
                          // at; NULL if graded.
    const char *ignored;  // A part of it that does not count; or NULL.
    const struct points *points;
    const struct runs *runs;
    const struct score *score;
    const struct failure *failures;
    int n_failures;

    // How it came about.
    const char *raftlab;  // Its version.
    const char *compiler;
    const char *points_digest;
    const char *secret;        // 16 hexadecimal digits of a hash over it.
    const char *const *parts;  // NULL-terminated; NULL for all.
    int cpus;                  // Of the machine.
    const char *kernel;
    const char *began;  // ISO 8601.
    double seconds;
    double cpu_seconds;
    const char *confined;  // "namespaces", or what was missing.
    struct layer_report layers[N_LAYERS];
};

// Its word in account.json.
const char *report_state_word(enum report_state state);

// A copy of a text that may be handed back: no bytes that harm a reader, no
// folders of this machine, at most `most` bytes. The caller frees it.
char *report_text(const char *text, size_t most);

#endif
