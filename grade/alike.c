#include "grade/alike.h"

#include "grade/fingerprints.h"
#include "rt/alloc.h"
#include "timing/samples.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define COMMON_SHARE 0.5

struct source {
    const struct graded *graded;
    struct fingerprints of;
};

// ---- What many have in common ----

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

// Keeps each fingerprint that occurs more than `most` times in the sorted ones.
static void keep_common(struct fingerprints *all, double most)
{
    int kept = 0;
    for (int k = 0, end; k < all->n; k = end) {
        for (end = k; end < all->n && all->each[end] == all->each[k];)
            end++;
        if (end - k > most)
            all->each[kept++] = all->each[k];
    }
    all->n = kept;
}

// The fingerprints of so many sources that they tell nothing of a pair: a line
// of the paper, or of a lecture. free() frees them.
static struct fingerprints common_of(const struct source *sources, int n)
{
    struct fingerprints all = { 0 };
    for (int s = 0; s < n; s++)
        all.n += sources[s].of.n;
    all.each = alloc((size_t)all.n * sizeof *all.each);
    all.n = 0;
    for (int s = 0; s < n; s++) {
        for (int k = 0; k < sources[s].of.n; k++)
            all.each[all.n++] = sources[s].of.each[k];
    }
    qsort(all.each, (size_t)all.n, sizeof *all.each, by_value);
    double most = n * COMMON_SHARE;
    keep_common(&all, most > ALIKE_COMMON_LEAST ? most : ALIKE_COMMON_LEAST);
    return all;
}

// ---- Sources ----

static int read_sources(const struct graded_class *class, const char *out,
                        const char *starter, struct source *sources)
{
    int n = 0;
    struct fingerprints given = fingerprints_of(starter);
    for (int k = 0; k < class->n; k++) {
        char *folder = alloc_format("%s/%s/source", out, class->each[k].name);
        struct fingerprints of = fingerprints_of(folder);
        fingerprints_remove(&of, &given);
        sources[n++] = (struct source){ &class->each[k], of };
        free(folder);
    }
    free(given.each);
    return n;
}

static void remove_common(struct source *sources, int n)
{
    struct fingerprints common = common_of(sources, n);
    for (int s = 0; s < n; s++)
        fingerprints_remove(&sources[s].of, &common);
    free(common.each);
}

static bool is_too_short(const struct source *source)
{
    return source->of.n < ALIKE_LEAST;
}

// ---- Pairs ----

double alike_share(const struct alike_pair *pair)
{
    return (double)pair->shared / pair->of;
}

static int by_share(const void *a, const void *b)
{
    const struct alike_pair *x = a, *y = b;
    double more = alike_share(y) - alike_share(x);
    if (more != 0)
        return more > 0 ? 1 : -1;
    int order = strcmp(x->a->name, y->a->name);
    return order != 0 ? order : strcmp(x->b->name, y->b->name);
}

static void compare(struct alike *alike, const struct source *a,
                    const struct source *b, struct samples *shares)
{
    struct alike_pair pair = { a->graded, b->graded,
                               fingerprints_shared(&a->of, &b->of),
                               a->of.n < b->of.n ? a->of.n : b->of.n };
    samples_add(shares, alike_share(&pair));
    if (alike_share(&pair) < ALIKE_SHARE)
        return;
    alike->pairs =
        alloc_resize(alike->pairs, (size_t)alike->n + 1, sizeof *alike->pairs);
    alike->pairs[alike->n++] = pair;
}

static void compare_all(struct alike *alike, const struct source *sources,
                        int n)
{
    struct samples shares = { 0 };
    for (int a = 0; a < n; a++) {
        if (is_too_short(&sources[a]))
            continue;
        alike->n_compared++;
        for (int b = a + 1; b < n; b++) {
            if (!is_too_short(&sources[b]))
                compare(alike, &sources[a], &sources[b], &shares);
        }
    }
    if (alike->n > 0)
        qsort(alike->pairs, (size_t)alike->n, sizeof *alike->pairs, by_share);
    samples_sort(&shares);
    if (shares.n > 0)
        alike->median = samples_quantile(&shares, 0.5);
    samples_free(&shares);
}

struct alike alike_find(const struct graded_class *class, const char *out,
                        const char *starter)
{
    struct source *sources = alloc((size_t) class->n * sizeof *sources);
    struct alike alike = { 0 };
    int n = read_sources(class, out, starter, sources);
    remove_common(sources, n);
    compare_all(&alike, sources, n);
    for (int s = 0; s < n; s++)
        free(sources[s].of.each);
    free(sources);
    return alike;
}

void alike_free(struct alike *alike)
{
    free(alike->pairs);
    *alike = (struct alike){ 0 };
}
