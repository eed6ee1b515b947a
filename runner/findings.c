#include "runner/findings.h"

#include "rt/alloc.h"

#include <stdlib.h>

static void add_test(struct findings *findings, const struct lab_test *test)
{
    findings->tests =
        alloc_resize(findings->tests, (size_t)findings->n_tests + 1,
                     sizeof(*findings->tests));
    findings->tests[findings->n_tests++] = test;
}

struct findings *findings_make(void)
{
    struct findings *findings = alloc(sizeof(*findings));
    for (struct lab_test *t = lab_test_first(); t != NULL; t = t->next)
        add_test(findings, t);
    findings->done =
        alloc((size_t)findings->n_tests * MIX_N * sizeof(*findings->done));
    return findings;
}

void findings_free(struct findings *findings)
{
    for (int i = 0; i < findings->n_tests * MIX_N; i++)
        ranges_free(&findings->done[i]);
    for (int i = 0; i < findings->signatures.n; i++)
        free(findings->messages[i]);
    free(findings->messages);
    signatures_free(&findings->signatures);
    free(findings->failures);
    free(findings->done);
    free(findings->tests);
    free(findings);
}

struct ranges *findings_done(const struct findings *findings, int test,
                             int policy)
{
    return &findings->done[test * MIX_N + policy];
}

int findings_group(struct findings *findings, char *signature, char *message)
{
    int n = findings->signatures.n;
    int group = signatures_number(&findings->signatures, signature);
    if (group < n) {
        free(message);
        return group;
    }
    findings->messages = alloc_resize(findings->messages, (size_t)n + 1,
                                      sizeof(*findings->messages));
    findings->messages[group] = message;
    return group;
}

void findings_add(struct findings *findings, struct failure failure)
{
    if (findings->n_failures == findings->room) {
        findings->room = 2 * findings->room + 64;
        findings->failures =
            alloc_resize(findings->failures, (size_t)findings->room,
                         sizeof(*findings->failures));
    }
    findings->failures[findings->n_failures++] = failure;
}

static int by_run(const void *a, const void *b)
{
    const struct hunted *x = &((const struct failure *)a)->run;
    const struct hunted *y = &((const struct failure *)b)->run;
    if (x->test != y->test)
        return x->test - y->test;
    if (x->policy != y->policy)
        return x->policy - y->policy;
    return x->seed - y->seed;
}

void findings_settle(struct findings *findings)
{
    struct failure *failures = findings->failures;
    if (findings->n_failures == 0)
        return;
    qsort(failures, (size_t)findings->n_failures, sizeof(*failures), by_run);
    int n = 1;
    for (int i = 1; i < findings->n_failures; i++) {
        if (by_run(&failures[n - 1], &failures[i]) != 0)
            failures[n++] = failures[i];
    }
    findings->n_failures = n;
}
