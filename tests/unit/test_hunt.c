// The memory of hunts: sets of seeds, and the journal.
#include "rt/alloc.h"
#include "runner/journal.h"
#include "runner/ranges.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

UNIT_TEST(ranges, join_when_they_touch)
{
    struct ranges ranges = { 0 };
    ranges_add(&ranges, 1, 1, 10);
    ranges_add(&ranges, 3, 5, 30);
    ranges_add(&ranges, 8, 8, 10);
    check(ranges.n == 3);
    check(ranges_free_seed(&ranges, 1) == 2);
    check(ranges_free_seed(&ranges, 3) == 6);
    check(ranges_free_seed(&ranges, 100) == 100);

    ranges_add(&ranges, 2, 2, 10);
    check(ranges.n == 2);
    ranges_add(&ranges, 6, 7, 20);
    check(ranges.n == 1);
    check(ranges_free_seed(&ranges, 1) == 9);
    check(ranges_count(&ranges) == 8);
    check(ranges_cost(&ranges) == 80);
    ranges_free(&ranges);
}

UNIT_TEST(ranges, count_each_seed_once)
{
    struct ranges ranges = { 0 };
    ranges_add(&ranges, 1, 10, 100);
    ranges_add(&ranges, 6, 15, 100);
    check(ranges_count(&ranges) == 15);
    check(ranges_cost(&ranges) == 150);
    ranges_add(&ranges, 3, 12, 100);
    check(ranges_count(&ranges) == 15);
    check(ranges_cost(&ranges) == 150);
    ranges_free(&ranges);
}

// ---- The journal ----

// A journal that a test works on, in a folder of its own.
struct work {
    char folder[32];
    char *path;
    struct findings *findings;
    struct journal journal;
};

static void begin(struct work *work)
{
    strcpy(work->folder, "/tmp/raftlab-hunt-XXXXXX");
    check(mkdtemp(work->folder) != NULL);
    work->path = alloc_format("%s/journal", work->folder);
    work->findings = findings_make();
    journal_open(&work->journal, work->path, work->findings);
}

static void end(struct work *work)
{
    journal_close(&work->journal);
    findings_free(work->findings);
    unlink(work->path);
    rmdir(work->folder);
    free(work->path);
}

// Notes a run of test 1 that has passed, or failed with this message.
static void note(struct work *work, int policy, int seed, const char *message)
{
    struct findings *findings = work->findings;
    struct failure failure = { .run = { 1, policy, seed }, .points = 77 };
    int n = findings->signatures.n;
    ranges_add(findings_done(findings, 1, policy), seed, seed, 1000);
    if (message != NULL) {
        failure.group = findings_group(findings, alloc_format("F%s", message),
                                       alloc_string(message));
        findings_add(findings, failure);
    }
    check(journal_add(&work->journal, findings, failure.run, 1000,
                      message != NULL ? &failure : NULL,
                      findings->signatures.n > n));
}

static void note_some(struct work *work)
{
    for (int seed = 1; seed <= 20; seed++)
        note(work, 0, seed, seed % 5 == 0 ? "a\tb\\n\nc" : NULL);
    note(work, 2, 4, "another");
}

static void expect_some(const struct findings *findings, int n_failures)
{
    check(ranges_count(findings_done(findings, 1, 0)) == 20);
    check(ranges_count(findings_done(findings, 1, 2)) == 1);
    check(ranges_cost(findings_done(findings, 1, 0)) == 20000);
    check(findings->n_failures == n_failures);
    check(findings->signatures.n == 2);
    check(strcmp(findings->messages[0], "a\tb\\n\nc") == 0);
    check(strcmp(findings->signatures.each[1], "Fanother") == 0);
    check(findings->failures[0].run.seed == 5);
    check((int)findings->failures[0].points == 77);
}

// Reads what the work's file holds now.
static struct findings *read_again(const struct work *work)
{
    struct findings *findings = findings_make();
    journal_read(work->path, findings);
    return findings;
}

UNIT_TEST(journal, tells_what_was_noted)
{
    struct work work;
    begin(&work);
    note_some(&work);
    struct findings *findings = read_again(&work);
    expect_some(findings, 5);
    findings_free(findings);

    check(journal_rewrite(&work.journal, work.findings));
    findings = read_again(&work);
    expect_some(findings, 5);
    findings_free(findings);
    end(&work);
}

UNIT_TEST(journal, counts_runs_of_two_once)
{
    struct work work;
    begin(&work);
    note_some(&work);
    journal_read(work.path, work.findings);
    journal_read(work.path, work.findings);
    expect_some(work.findings, 5);
    end(&work);
}

// Whatever is cut off at the end, only the runs of the cut lines are lost.
UNIT_TEST(journal, may_end_anywhere)
{
    struct work work;
    begin(&work);
    off_t header = work.journal.size;
    note_some(&work);
    long long most = ranges_count(findings_done(work.findings, 1, 0));
    for (off_t size = work.journal.size; size >= header; size--) {
        check(truncate(work.path, size) == 0);
        struct findings *findings = read_again(&work);
        long long n = ranges_count(findings_done(findings, 1, 0));
        check(n == most || n == most - 1);
        most = n;
        findings_free(findings);
    }
    check(most == 0);
    end(&work);
}

// Of a journal that was written anew, too: no run that failed counts as passed.
UNIT_TEST(journal, loses_no_failure_of_a_run_that_it_keeps)
{
    struct work work;
    begin(&work);
    off_t header = work.journal.size;
    note_some(&work);
    check(journal_rewrite(&work.journal, work.findings));
    for (off_t size = work.journal.size; size >= header; size--) {
        check(truncate(work.path, size) == 0);
        struct findings *findings = read_again(&work);
        int n = (int)ranges_count(findings_done(findings, 1, 0));
        int n_of_2 = (int)ranges_count(findings_done(findings, 1, 2));
        check(ranges_free_seed(findings_done(findings, 1, 0), 1) == n + 1);
        check(findings->n_failures == n / 5 + n_of_2);
        findings_free(findings);
    }
    end(&work);
}

// A group whose line is damaged is lost, and no other.
UNIT_TEST(journal, keeps_other_groups)
{
    struct work work;
    begin(&work);
    off_t header = work.journal.size;
    note(&work, 0, 1, "one");
    note(&work, 0, 2, "two");
    note(&work, 0, 3, "two");
    FILE *file = fopen(work.path, "r+");
    check(file != NULL);
    fseek(file, (long)header + (long)strlen("g 0 "), SEEK_SET);
    fputc('G', file);
    fclose(file);
    struct findings *findings = read_again(&work);
    check(findings->n_failures == 2);
    check(findings->signatures.n == 1);
    check(strcmp(findings->messages[0], "two") == 0);
    check(ranges_free_seed(findings_done(findings, 1, 0), 1) == 1);
    findings_free(findings);
    end(&work);
}

UNIT_TEST(journal, leaves_damaged_lines_out)
{
    struct work work;
    begin(&work);
    off_t header = work.journal.size;
    note(&work, 0, 1, NULL);
    note(&work, 0, 2, NULL);
    FILE *file = fopen(work.path, "r+");
    check(file != NULL);
    fseek(file, (long)header + 2, SEEK_SET);
    fputc('9', file);
    fclose(file);
    struct findings *findings = read_again(&work);
    check(ranges_count(findings_done(findings, 1, 0)) == 1);
    check(ranges_free_seed(findings_done(findings, 1, 0), 1) == 1);
    findings_free(findings);
    end(&work);
}
