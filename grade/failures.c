#include "grade/failures.h"

#include "grade/show.h"
#include "grade/store.h"
#include "rt/alloc.h"
#include "runner/cause.h"
#include "runner/signatures.h"

#include <stdlib.h>
#include <string.h>

// The most that are shrunk: each takes a minute and a half at most.
#define SHRUNK 5

// ---- Which there are ----

// A failure, and the run of it that is shown.
struct group {
    struct failure failure;
    const struct run *shown;
};

struct groups {
    struct group *all;
    int n;
    struct signatures signatures;
};

// "State Machine Safety (§5.4.3)" of "State Machine Safety (§5.4.3) is broken:
// ..."; NULL if the message names no rule. The caller frees it.
static char *rule_of(const char *message)
{
    const char *end = strstr(message, " is broken: ");
    if (end == NULL || memchr(message, '\n', (size_t)(end - message)) != NULL)
        return NULL;
    return alloc_format("%.*s", (int)(end - message), message);
}

static void add_group(struct groups *groups, const struct run *run)
{
    groups->all =
        alloc_resize(groups->all, (size_t)groups->n + 1, sizeof(*groups->all));
    groups->all[groups->n++] = (struct group){
        .failure = { .layer = run->layer,
                     .test = run->test,
                     .message = run->message,
                     .rule = rule_of(run->message) },
        .shown = run,
    };
}

// A run with a record can be shown.
static void prefer(struct group *group, const struct run *run)
{
    if (group->shown->record != NULL || run->record == NULL)
        return;
    group->shown = run;
    group->failure.layer = run->layer;
    group->failure.test = run->test;
    group->failure.message = run->message;
}

static void add(struct groups *groups, const struct run *run)
{
    int i = signatures_number(&groups->signatures,
                              cause_signature(true, run->message, NULL));
    if (i == groups->n)
        add_group(groups, run);
    groups->all[i].failure.runs++;
    prefer(&groups->all[i], run);
}

static int by_runs(const void *a, const void *b)
{
    const struct group *x = a, *y = b;
    return y->failure.runs - x->failure.runs;
}

static struct groups find_groups(const struct runs *runs)
{
    struct groups groups = { 0 };
    for (int i = 0; i < runs->n; i++)
        if (runs->runs[i].state == RUN_FAILED)
            add(&groups, &runs->runs[i]);
    signatures_free(&groups.signatures);
    if (groups.n > 0)
        qsort(groups.all, (size_t)groups.n, sizeof(*groups.all), by_runs);
    return groups;
}

// ---- What is handed back ----

// Writes the files of the failure, and names them in it.
static void show(struct group *group, int number, const struct work *work)
{
    char *summary = alloc_format("failures/%d.txt", number);
    char *page = alloc_format("failures/%d.html", number);
    char *summary_path = alloc_format("%s/%s", work->results, summary);
    char *page_path = alloc_format("%s/%s", work->results, page);
    struct shown shown = show_run(group->shown, work, number <= SHRUNK);
    if (show_summary(&shown, &group->failure, summary_path)) {
        group->failure.summary = summary;
        summary = NULL;
    }
    if (show_page(&shown, page_path)) {
        group->failure.page = page;
        page = NULL;
    }
    show_end(&shown);
    free(summary);
    free(page);
    free(summary_path);
    free(page_path);
}

struct failures failures_find(const struct runs *runs, const struct work *work)
{
    struct groups groups = find_groups(runs);
    char *folder = alloc_format("%s/failures", work->results);
    bool made = groups.n > 0 && store_make_folder(folder);
    free(folder);

    struct failures failures = { 0 };
    failures.all = alloc((size_t)groups.n * sizeof(*failures.all));
    for (int i = 0; i < groups.n; i++) {
        if (made && i < FAILURES_SHOWN)
            show(&groups.all[i], i + 1, work);
        failures.all[failures.n++] = groups.all[i].failure;
    }
    free(groups.all);
    return failures;
}

void failures_free(struct failures *failures)
{
    for (int i = 0; i < failures->n; i++) {
        free((char *)failures->all[i].rule);
        free((char *)failures->all[i].summary);
        free((char *)failures->all[i].page);
    }
    free(failures->all);
}
