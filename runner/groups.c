#include "runner/groups.h"

#include "rt/alloc.h"

#include <stdlib.h>
#include <string.h>

struct making {
    struct groups *groups;
    char **signatures;  // Of each group.
    int room;           // For so many groups.
};

static int find(const struct making *making, const char *signature)
{
    for (int i = 0; i < making->groups->n; i++)
        if (strcmp(making->signatures[i], signature) == 0)
            return i;
    return -1;
}

static void make_room(struct making *making)
{
    struct groups *groups = making->groups;
    if (groups->n < making->room)
        return;
    making->room = 2 * making->room + 16;
    size_t room = (size_t)making->room;
    groups->each = alloc_resize(groups->each, room, sizeof(*groups->each));
    making->signatures =
        alloc_resize(making->signatures, room, sizeof(*making->signatures));
}

// Adds the run to its group, which may be new. Returns the group's index.
static int add(struct making *making, const struct result *result, int test,
               int run)
{
    struct groups *groups = making->groups;
    char *signature = result_signature(result);
    int i = find(making, signature);
    if (i == -1) {
        make_room(making);
        i = groups->n++;
        groups->each[i] =
            (struct group){ .test = test, .run = run, .last_test = -1 };
        making->signatures[i] = signature;
    } else {
        free(signature);
    }
    struct group *group = &groups->each[i];
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
    for (int i = 0; i < groups.n; i++)
        free(making.signatures[i]);
    free(making.signatures);
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
