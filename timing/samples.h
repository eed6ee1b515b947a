// Numbers of one kind, and what can be said of them.
#ifndef TIMING_SAMPLES_H
#define TIMING_SAMPLES_H

#include <stdbool.h>

struct samples {
    double *value;  // Sorted once samples_sort has been called.
    int n;
    int capacity;
};

// Adds a number. samples_free frees them.
void samples_add(struct samples *samples, double value);
void samples_sort(struct samples *samples);
void samples_free(struct samples *samples);

// The value below which this share (0 to 1) of sorted samples lies, between two
// of them in proportion (R's type 7). There must be at least one.
double samples_quantile(const struct samples *samples, double share);

// Fewer on either side are too few for the test.
#define SAMPLES_FOR_TEST 8

// The result of the Mann-Whitney U test of two sorted sets of samples.
struct difference {
    bool is_tested;   // There are enough of both.
    double p;         // Two-sided, by the normal approximation with ties.
    double superior;  // The probability that one of the first is the greater
                      // of a pair; equal ones count half.
};
struct difference samples_compare(const struct samples *a,
                                  const struct samples *b);

// Holm's correction: makes n values of p into those that hold for all n tests
// together.
void samples_correct(double *const *p, int n);

#endif
