// Figures are compared in logarithms: a Raft that takes three times as long is
// as far from the median as one that takes a third. A median and a median
// deviation are not moved by the very figures that are looked for.
#include "grade/oddities.h"

#include "grade/columns.h"
#include "rt/alloc.h"
#include "timing/samples.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

// The standard deviation of a normal distribution, in median deviations.
#define DEVIATIONS_PER_MAD 1.4826
// A class whose figures are all the same has a median deviation of 0.
#define LEAST_DEVIATION 0.05

// A Raft agrees on nothing without RPCs, and does not survive a crash without
// saves. So where most have some, none is told.
static const struct figure {
    const char *name;
    size_t at;
    bool is_none_told;
} figures[] = {
    { "RPCs", offsetof(struct graded_layer, rpcs), true },
    { "saves", offsetof(struct graded_layer, saves), true },
    { "bytes", offsetof(struct graded_layer, bytes), false },
    { "seconds", offsetof(struct graded_layer, seconds), false },
};
#define N_FIGURES (int)(sizeof figures / sizeof *figures)

static double value_of(const struct graded_layer *layer, int figure)
{
    double value;
    memcpy(&value, (const char *)layer + figures[figure].at, sizeof value);
    return value;
}

static bool has_passed(const struct graded_layer *layer)
{
    return layer->runs > 0 && layer->passed == layer->runs;
}

// The submission's runs of this test in this layer, if all passed; else NULL.
static const struct graded_layer *layer_of(const struct graded_test *test,
                                           const char *name)
{
    for (int k = 0; test != NULL && k < test->n_layers; k++) {
        if (strcmp(test->layers[k].name, name) == 0)
            return has_passed(&test->layers[k]) ? &test->layers[k] : NULL;
    }
    return NULL;
}

// ---- What each submission has ----

// The finds of one submission.
struct found {
    struct oddity farthest;
    double distance;     // Of the farthest, in robust standard deviations.
    int n;               // Figures that are far.
    struct oddity none;  // A passing run without RPCs, or saves.
    int n_none;
};

// ---- Figures that are far from the others' ----

// The figures of all submissions for one test in one layer.
struct compared {
    const struct graded_class *class;
    const struct column *test;
    const char *layer;
    int figure;
    bool is_none_told;         // Most have more than 0 of it.
    bool has_median;           // There are enough of them.
    double median, deviation;  // Of the logarithms.
};

// The submission's figure, or -1 if it has none. Sets its test and layer.
static double figure_of(const struct compared *c, const struct graded *graded,
                        const struct graded_test **test,
                        const struct graded_layer **layer)
{
    *test = graded_test_of(graded, c->test->suite, c->test->name);
    *layer = layer_of(*test, c->layer);
    return *layer != NULL ? value_of(*layer, c->figure) : -1;
}

// Adds the logarithms of the figures above 0. Returns the number of zeros.
static int add_logs(const struct compared *c, struct samples *logs)
{
    int zeros = 0;
    const struct graded_test *test;
    const struct graded_layer *layer;
    for (int k = 0; k < c->class->n; k++) {
        double value = figure_of(c, &c->class->each[k], &test, &layer);
        if (value > 0)
            samples_add(logs, log(value));
        zeros += value == 0;
    }
    samples_sort(logs);
    return zeros;
}

// Sets what the figures are compared with.
static void measure(struct compared *c)
{
    struct samples logs = { 0 }, deviations = { 0 };
    int zeros = add_logs(c, &logs);
    c->is_none_told = figures[c->figure].is_none_told && zeros < logs.n;
    c->has_median = logs.n >= ODDITIES_LEAST;
    if (c->has_median) {
        c->median = samples_quantile(&logs, 0.5);
        for (int k = 0; k < logs.n; k++)
            samples_add(&deviations, fabs(logs.value[k] - c->median));
        samples_sort(&deviations);
        double mad = samples_quantile(&deviations, 0.5);
        c->deviation = fmax(mad * DEVIATIONS_PER_MAD, LEAST_DEVIATION);
    }
    samples_free(&logs);
    samples_free(&deviations);
}

// The distance of a figure from the others, in deviations; 0 if it is not far.
static double distance_of(const struct compared *c, double value)
{
    if (!c->has_median || value <= 0)
        return 0;
    double far = fabs(log(value) - c->median), distance = far / c->deviation;
    bool is_far = far >= log(ODDITIES_TIMES) && distance >= ODDITIES_DEVIATIONS;
    return is_far ? distance : 0;
}

static void look_at(const struct compared *c, const struct graded *graded,
                    struct found *found)
{
    const struct graded_test *test;
    const struct graded_layer *layer;
    double value = figure_of(c, graded, &test, &layer);
    double distance = distance_of(c, value);
    const char *name = figures[c->figure].name;
    if (value == 0 && c->is_none_told && found->n_none++ == 0)
        found->none =
            (struct oddity){ .test = test, .layer = layer, .figure = name };
    found->n += distance > 0;
    if (distance <= found->distance)
        return;
    found->distance = distance;
    found->farthest = (struct oddity){
        .test = test,
        .layer = layer,
        .figure = name,
        .value = value,
        .median = exp(c->median),
    };
}

static void compare(struct compared c, struct found *found)
{
    for (c.figure = 0; c.figure < N_FIGURES; c.figure++) {
        measure(&c);
        for (int k = 0; k < c.class->n; k++)
            look_at(&c, &c.class->each[k], &found[k]);
    }
}

static void compare_all(const struct graded_class *class, struct found *found)
{
    static const char *const layers[] = { "isolated", "virtual" };
    struct columns columns = columns_of(class);
    for (int t = 0; t < columns.n; t++) {
        for (int k = 0; k < 2; k++)
            compare((struct compared){ .class = class,
                                       .test = &columns.each[t],
                                       .layer = layers[k] },
                    found);
    }
    free(columns.each);
}

// ---- The list ----

static int by_number(const void *a, const void *b)
{
    const struct oddity *x = a, *y = b;
    if ((x->median == 0) != (y->median == 0))
        return x->median == 0 ? -1 : 1;
    return x->more != y->more ? y->more - x->more
                              : strcmp(x->of->name, y->of->name);
}

static void add(struct oddities *to, struct oddity oddity,
                const struct graded *of, int n)
{
    if (n == 0)
        return;
    oddity.of = of;
    oddity.more = n - 1;
    to->each[to->n++] = oddity;
}

struct oddities oddities_find(const struct graded_class *class)
{
    struct found *found = alloc((size_t) class->n * sizeof *found);
    struct oddities all = { .each = alloc(2 * (size_t) class->n *
                                          sizeof *all.each) };
    compare_all(class, found);
    for (int k = 0; k < class->n; k++) {
        add(&all, found[k].none, &class->each[k], found[k].n_none);
        add(&all, found[k].farthest, &class->each[k], found[k].n);
    }
    if (all.n > 0)
        qsort(all.each, (size_t)all.n, sizeof *all.each, by_number);
    free(found);
    return all;
}
