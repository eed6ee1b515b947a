#include "runner/groups.h"

#include "rt/alloc.h"
#include "runner/signatures.h"

#include <stdlib.h>

struct making {
    struct groups *groups;
    struct signatures signatures;  // Of each group.
    int room;                      // For so many groups.
};

static void add_group(struct making *making, struct group group)
{
    struct groups *groups = making->groups;
    if (groups->n == making->room) {
        making->room = 2 * making->room + 16;
        groups->each = alloc_resize(groups->each, (size_t)making->room,
                                    sizeof(*groups->each));
    }
    groups->each[groups->n++] = group;
}

// Adds the run to its group, which may be new. Returns the group's index.
static int add(struct making *making, const struct result *result, int test,
               int run)
{
    int i = signatures_number(&making->signatures, result_signature(result));
    if (i == making->groups->n)
        add_group(making,
                  (struct group){ .test = test, .run = run, .last_test = -1 });
    struct group *group = &making->groups->each[i];
    group->n_runs++;
    group->n_tests += group->last_test != test;
    group->last_test = test;
    return i;
}

static void add_runs_of_test(struct making *making,
                             const struct result *results, int test)
{
    struct groups *groups = making->groups;
    int *of = &groups->of[result_place(groups->runs, test, 1)];
    for (int run = 1; run <= groups->runs; run++) {
        const struct result *result = &results[run - 1];
        of[run - 1] =
            result->message == NULL ? -1 : add(making, result, test, run);
    }
}

struct groups groups_make(const struct options *options,
                          const struct result *results)
{
    struct groups groups = { .n_tests = options->n_tests,
                             .runs = options->runs };
    size_t n_runs = (size_t)options->n_tests * (size_t)options->runs;
    groups.of = alloc(n_runs * sizeof(*groups.of));
    struct making making = { .groups = &groups };
    for (int test = 0; test < options->n_tests; test++)
        add_runs_of_test(&making,
                         results + (size_t)test * (size_t)options->runs, test);
    signatures_free(&making.signatures);
    return groups;
}

void groups_free(struct groups *groups)
{
    free(groups->each);
    free(groups->of);
    *groups = (struct groups){ 0 };
}

char *groups_letter(int group)
{
    char *rest = group < 26 ? alloc_string("") : groups_letter(group / 26 - 1);
    char *letter = alloc_format("%s%c", rest, 'A' + group % 26);
    free(rest);
    return letter;
}
