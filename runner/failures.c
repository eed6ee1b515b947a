#include "runner/failures.h"

#include "rt/alloc.h"
#include "rt/wrap.h"
#include "runner/failed_tests.h"
#include "runner/groups.h"
#include "runner/program.h"
#include "runner/world.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The most bytes of a message: in full, and in one line.
#define WHOLE 600
#define SHORT 60

// With so many groups the Raft is unfinished: only the first one is explained.
#define MANY_GROUPS 6

struct telling {
    const struct options *options;
    const struct result *results;
    struct groups groups;
    bool has_table;
    int n_why;  // Groups that were explained.
};

static const struct result *result_of(const struct telling *telling, int test,
                                      int run)
{
    return &telling->results[result_place(telling->options->runs, test, run)];
}

void failures_put_run(FILE *to, const struct options *options, const char *what,
                      int test, int run)
{
    const struct lab_test *t = options->tests[test];
    fprintf(to, "%s %s/%s", what, t->suite, t->name);
    if (world_is_simulated || options_is_soak(options))
        fprintf(to, " %s %d", world_is_simulated ? "seed" : "run",
                options_seed(options, run));
}

void failures_put_replay(FILE *to, const struct options *options, int test,
                         int run)
{
    if (options->tape != NULL)
        fprintf(to, "%s TAPE=%s", options->replay, options->tape);
    else
        fprintf(to, "%s T=%s SEED=%d", options->replay,
                options->tests[test]->name, options_seed(options, run));
}

void failures_print_replay(const struct options *options, int test, int run)
{
    if (!world_is_simulated)
        return;
    printf("  replay it: ");
    failures_put_replay(stdout, options, test, run);
    putchar('\n');
}

// "FAILED raft_2B/concurrent_starts seed 17 (B): <first line>"
static void print_message(const struct options *options,
                          const struct result *result, int test, int run,
                          const char *letter, int limit)
{
    char *text;
    size_t size;
    FILE *to = alloc_stream(&text, &size);
    failures_put_run(to, options,
                     result->outcome == FAILED ? "FAILED" : "INCONCLUSIVE",
                     test, run);
    if (letter != NULL)
        fprintf(to, " (%s)", letter);
    fputs(": ", to);
    result_print_summary(result, limit, to);
    fclose(to);
    wrap_print(text, 0, 4, stdout);
    free(text);
}

// The file with its page; the page has the record in it.
static void print_file(const struct result *result)
{
    if (result->page != NULL)
        printf("  its page: %s\n", result->page);
    else if (result->record != NULL)
        printf("  its record: %s\n", result->record);
}

// Prints what a process that crashed has said last, a line each.
static void print_words(const struct result *result)
{
    const char *line = result->words;
    for (bool first = true; line != NULL && *line != '\0'; first = false) {
        int len = (int)strcspn(line, "\n");
        char *text =
            alloc_format("%s%.*s", first ? "its last words: " : "", len, line);
        printf("%*s", first ? 2 : 4, "");
        wrap_print(text, first ? 2 : 4, 6, stdout);
        free(text);
        line += len + (line[len] == '\n');
    }
}

bool failures_print_why(const struct options *options,
                        const struct result *result)
{
    if (result->record == NULL || options->view == NULL)
        return false;
    char *argv[] = { (char *)options->view, "summary", "--no-verdict",
                     result->record, NULL };
    fflush(stdout);
    program_run(argv, NULL);
    putchar('\n');
    return true;
}

static void print_why(struct telling *telling, const struct result *result)
{
    int most = telling->groups.n < MANY_GROUPS ? GROUPS_EXPLAINED : 1;
    if (result->record == NULL || result->outcome != FAILED ||
        telling->n_why == most)
        return;
    telling->n_why++;
    failures_print_why(telling->options, result);
}

void failures_print_one(const struct options *options,
                        const struct result *result, int test, int run,
                        const char *letter, bool in_full)
{
    print_message(options, result, test, run, letter, in_full ? WHOLE : SHORT);
    if (!in_full)
        return;
    failures_print_replay(options, test, run);
    print_words(result);
    print_file(result);
}

static void print_group(struct telling *telling, int i)
{
    const struct group *group = &telling->groups.each[i];
    const struct result *result = result_of(telling, group->test, group->run);
    bool in_full = i < GROUPS_TOLD;
    char *letter = groups_letter(i);
    failures_print_one(telling->options, result, group->test, group->run,
                       telling->has_table ? letter : NULL, in_full);
    free(letter);
    if (in_full)
        print_why(telling, result);
}

void failures_print(const struct options *options, const struct result *results)
{
    // For the widths of characters. All Rafts have ended, which are not to see
    // another locale than the user's.
    setlocale(LC_CTYPE, "C.UTF-8");
    struct telling telling = {
        .options = options,
        .results = results,
        .groups = groups_make(options, results),
    };
    // A table of figures tells of each run whether it passed.
    telling.has_table = telling.groups.n > 0 &&
                        (options->n_tests > 1 || options->runs > 1) &&
                        options->until == UNTIL_ALL_RAN && !options->table;
    for (int i = 0; i < telling.groups.n; i++)
        print_group(&telling, i);
    if (telling.has_table)
        failed_tests_print(options, results, &telling.groups);
    groups_free(&telling.groups);
}
