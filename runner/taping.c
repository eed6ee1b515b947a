#include "runner/taping.h"

#include "rt/alloc.h"
#include "runner/output.h"
#include "runner/world.h"
#include "tape/tape.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

char *taping_read(struct options *options)
{
    if (options->tape == NULL)
        return NULL;
    if (options->hunt != NULL)
        bad_input("lab", "--hunt draws its runs; it repeats no tape");
    struct tape *tape = tape_make();
    struct tape_about about;
    tape_read(tape, &about, options->tape, "lab");
    if (about.seed < 1 || about.seed > MAX_SEED)
        bad_input("lab", "%s: a seed is from 1 to %d, not %llu", options->tape,
                  MAX_SEED, (unsigned long long)about.seed);
    if (about.access_points != world_has_access_points())
        bad_input("lab", "%s is of a run %s: %s POINTS=memory", options->tape,
                  about.access_points ? "with points at accesses of memory"
                                      : "without points at accesses of memory",
                  about.access_points ? "add" : "leave out");
    options->repeated = tape;
    options->first_seed = (int)about.seed;
    return alloc_string(about.test);
}

void taping_start(struct options *options)
{
    if (options->save_tape == NULL)
        return;
    if (options->n_tests > 1 || options->runs > 1 || options->hunt != NULL)
        bad_input("lab", "--save-tape wants one run of one test");
    options->written = tape_make();
}

struct contents {
    const struct tape *tape;
    struct tape_about about;
};

static void put(const void *self, FILE *to)
{
    const struct contents *contents = self;
    tape_write(contents->tape, &contents->about, to);
}

bool taping_write(const struct options *options, const struct tape *tape,
                  const char *from)
{
    const struct lab_test *test = options->tests[0];
    struct contents contents = { .tape = tape };
    contents.about.access_points = world_has_access_points();
    contents.about.seed = (uint64_t)options->first_seed;
    snprintf(contents.about.test, sizeof contents.about.test, "%s/%s",
             test->suite, test->name);
    snprintf(contents.about.from, sizeof contents.about.from, "%s", from);
    if (output_write(options->save_tape, put, &contents))
        return true;
    fprintf(stderr, "lab: the tape %s cannot be written: %s\n",
            options->save_tape, strerror(errno));
    return false;
}

int taping_end(const struct options *options, int status)
{
    if (options->written == NULL)
        return status;
    tape_sort(options->written);
    const char *from = options->repeated != NULL ? "a tape" : options->policy;
    return taping_write(options, options->written, from) ? status
                                                         : EXIT_BAD_INPUT;
}
