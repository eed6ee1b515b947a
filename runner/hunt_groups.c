#include "runner/hunt_groups.h"

#include "rt/alloc.h"
#include "runner/test_names.h"

#include <stdio.h>
#include <stdlib.h>

// Has it fewer points? If they are unknown, it may have any number.
static bool is_shorter(const struct failure *a, const struct failure *b)
{
    return a->points != 0 && (b->points == 0 || a->points < b->points);
}

static void count(struct hunt_group *group, const struct failure *failure,
                  int n_tests)
{
    if (group->n_failed == 0) {
        group->number = failure->group;
        group->has = alloc((size_t)n_tests * sizeof(*group->has));
        group->first = failure->run;
        group->least = *failure;
    }
    group->n_failed++;
    group->by_policy[failure->run.policy]++;
    group->has[failure->run.test] = true;
    if (failure->run.seed < group->first.seed)
        group->first = failure->run;
    if (is_shorter(failure, &group->least))
        group->least = *failure;
}

struct hunt_groups hunt_groups_make(const struct findings *findings,
                                    const bool *chosen)
{
    int n_all = findings->signatures.n;
    struct hunt_groups groups = { .each = alloc((size_t)(n_all + 1) *
                                                sizeof(*groups.each)) };
    for (int i = 0; i < findings->n_failures; i++) {
        const struct failure *failure = &findings->failures[i];
        if (chosen[failure->run.test])
            count(&groups.each[failure->group], failure, findings->n_tests);
    }
    for (int i = 0; i < n_all; i++) {
        if (groups.each[i].n_failed > 0)
            groups.each[groups.n++] = groups.each[i];
    }
    return groups;
}

void hunt_groups_free(struct hunt_groups *groups)
{
    for (int i = 0; i < groups->n; i++) {
        free(groups->each[i].has);
        free(groups->each[i].tape);
        free(groups->each[i].shrunk);
        result_free(&groups->each[i].result);
    }
    free(groups->each);
}

char *hunt_groups_tests(const struct options *options,
                        const struct hunt_group *group)
{
    char *text;
    size_t size;
    FILE *to = alloc_stream(&text, &size);
    test_names_put(to, options, group->has, true);
    fclose(to);
    return text;
}

void hunt_groups_put_policies(const struct hunt_group *group, FILE *to)
{
    const char *before = "";
    for (int policy = 0; policy < MIX_N; policy++) {
        if (group->by_policy[policy] == 0)
            continue;
        fprintf(to, "%s%s %lld", before, mix[policy].policy,
                group->by_policy[policy]);
        before = ", ";
    }
}
