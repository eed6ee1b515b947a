#include "timing/samples.h"

#include "rt/alloc.h"

#include <math.h>
#include <stdlib.h>

void samples_add(struct samples *samples, double value)
{
    if (samples->n == samples->capacity) {
        samples->capacity = samples->capacity * 2 + 16;
        samples->value = alloc_resize(samples->value, (size_t)samples->capacity,
                                      sizeof *samples->value);
    }
    samples->value[samples->n++] = value;
}

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

void samples_sort(struct samples *samples)
{
    if (samples->n > 0)
        qsort(samples->value, (size_t)samples->n, sizeof *samples->value,
              compare);
}

void samples_free(struct samples *samples)
{
    free(samples->value);
    *samples = (struct samples){ 0 };
}

double samples_quantile(const struct samples *samples, double share)
{
    double at = share * (samples->n - 1);
    int below = (int)at;
    int above = below + 1 < samples->n ? below + 1 : below;
    double low = samples->value[below], high = samples->value[above];
    return low + (high - low) * (at - below);
}

// The number of sorted samples that are equal to this value, from `from` on.
static int count_equal(const struct samples *samples, int from, double value)
{
    int n = 0;
    while (from + n < samples->n && samples->value[from + n] == value)
        n++;
    return n;
}

// Computes the sum of the ranks of `a`. Each of several equal values has the
// mean of their ranks. Sets *ties to the sum of t^3 - t over the groups of t
// equal values.
static double sum_ranks(const struct samples *a, const struct samples *b,
                        double *ties)
{
    double sum = 0;
    int i = 0, k = 0;
    *ties = 0;
    while (i < a->n || k < b->n) {
        bool from_a = k == b->n || (i < a->n && a->value[i] <= b->value[k]);
        double value = from_a ? a->value[i] : b->value[k];
        int in_a = count_equal(a, i, value), in_b = count_equal(b, k, value);
        double t = in_a + in_b;
        sum += in_a * (i + k + (t + 1) / 2);
        *ties += t * t * t - t;
        i += in_a;
        k += in_b;
    }
    return sum;
}

struct difference samples_compare(const struct samples *a,
                                  const struct samples *b)
{
    struct difference difference = { .p = 1, .superior = 0.5 };
    if (a->n < SAMPLES_FOR_TEST || b->n < SAMPLES_FOR_TEST)
        return difference;
    double n = a->n, m = b->n, all = n + m, ties;
    double u = sum_ranks(a, b, &ties) - n * (n + 1) / 2;
    double variance = n * m / 12 * (all + 1 - ties / (all * (all - 1)));
    difference.is_tested = true;
    difference.superior = u / (n * m);
    // The correction for continuity is 1/2, because U is a whole number.
    double distance = fabs(u - n * m / 2) - 0.5;
    if (variance > 0 && distance > 0)
        difference.p = erfc(distance / sqrt(variance) / sqrt(2));
    return difference;
}

static int compare_p(const void *a, const void *b)
{
    const double *const *x = a, *const *y = b;
    return compare(*x, *y);
}

void samples_correct(double *const *p, int n)
{
    if (n == 0)
        return;
    double **sorted = alloc((size_t)n * sizeof *sorted);
    for (int k = 0; k < n; k++)
        sorted[k] = p[k];
    qsort(sorted, (size_t)n, sizeof *sorted, compare_p);
    double least = 0;
    for (int k = 0; k < n; k++) {
        double corrected = *sorted[k] * (n - k);
        least = corrected > least ? corrected : least;
        *sorted[k] = least < 1 ? least : 1;
    }
    free(sorted);
}
