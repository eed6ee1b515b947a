// Fingerprints of a source, by which copies are found whose names, comments and
// layout were changed: winnowing (Schleimer, Wilkerson and Aiken, 2003).
#ifndef GRADE_FINGERPRINTS_H
#define GRADE_FINGERPRINTS_H

#include <stdint.h>

// Each sequence of K tokens has a hash; in each window of W such sequences the
// least hash is a fingerprint. So two sources that have a sequence of K + W - 1
// tokens in common (about six lines) share a fingerprint.
#define FINGERPRINTS_K 25
#define FINGERPRINTS_W 16

struct fingerprints {
    uint64_t *each;  // Sorted, each once. free() frees it.
    int n;
};

// Those of the .c and .h files of a folder; none if it has no such file, or
// cannot be read. All names are one token, and so are all numbers and all
// strings; comments and #include lines are none.
struct fingerprints fingerprints_of(const char *folder);

// Removes those that `others` has, too.
void fingerprints_remove(struct fingerprints *of,
                         const struct fingerprints *others);

// The number that both have.
int fingerprints_shared(const struct fingerprints *a,
                        const struct fingerprints *b);

#endif
