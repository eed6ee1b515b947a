// Samples of one kind, and their statistics.
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

// The quantile of sorted samples: the value below which this share (0 to 1) of
// them lies, interpolated (R's type 7). There must be at least one sample.
double samples_quantile(const struct samples *samples, double share);

// The test needs at least so many samples on each side.
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

// Holm's correction: adjusts n values of p for n tests.
void samples_correct(double *const *p, int n);

#endif
