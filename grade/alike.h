// Pairs of submissions whose sources have much in common.
#ifndef GRADE_ALIKE_H
#define GRADE_ALIKE_H

#include "grade/graded.h"

// Rafts that were written without each other share up to a sixth: of the
// project's own ten, each pair 1% to 17%. Pairs from here on are listed.
#define ALIKE_SHARE 0.3
// Code that at most so many have in common counts, however small the class.
#define ALIKE_COMMON_LEAST 10
// With fewer fingerprints of its own a source is too short to tell.
#define ALIKE_LEAST 30

struct alike_pair {
    const struct graded *a, *b;  // The class owns them.
    int shared;                  // Fingerprints that both have.
    int of;                      // Fingerprints of the one that has fewer.
};

struct alike {
    struct alike_pair *pairs;  // The listed ones, most alike first.
    int n;
    int n_compared;  // Submissions that were compared.
    double median;   // Of the shares of all pairs; 0 without a pair.
};

// Compares OUT/NAME/source/ of all submissions. Does not count what is in the
// folder `starter` as well, nor what more than half of the class and more than
// ten have in common. alike_free frees it; the class must live longer.
struct alike alike_find(const struct graded_class *class, const char *out,
                        const char *starter);
void alike_free(struct alike *alike);

double alike_share(const struct alike_pair *pair);

#endif
