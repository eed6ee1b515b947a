#include "runner/hunt.h"

#include "rt/alloc.h"
#include "rt/clock.h"
#include "runner/failures.h"
#include "runner/findings.h"
#include "runner/hunt_report.h"
#include "runner/journal.h"
#include "runner/lanes.h"
#include "runner/output.h"
#include "runner/pool.h"
#include "runner/progress.h"
#include "runner/world.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// So many inconclusive runs in a row mean that the machine has too little.
#define MOST_INCONCLUSIVE 20

// Groups that are told when their first failure is found; more are those of an
// unfinished Raft.
#define MOST_ANNOUNCED 10
#define COLUMNS        79

// A run that goes on in the pool's job of the same index.
struct slot {
    struct hunted run;
    int64_t expected_us;
};

struct hunt {
    const struct options *options;
    struct options of[MIX_N];  // The same, for runs under each policy.
    char *folder;
    struct findings *findings;
    struct lanes lanes;
    struct journal journal;
    struct pool pool;
    struct slot *slots;

    struct hunted *again;  // Inconclusive runs, to run once more at the end.
    int n_again;
    int n_in_a_row;              // Inconclusive runs since the last other one.
    struct result inconclusive;  // One that was so again.

    int64_t started_ns;
    int64_t end_ns;
    int stopped_by;   // A signal; 0: none.
    bool disk_full;   // The journal could not be written.
    long long n_old;  // Runs that the journal had at first.

    // Of the chosen tests.
    long long n_runs;
    long long n_failed;
    int n_groups;
    bool *is_found;  // Of each group of the findings.

    struct progress progress;
};

// ---- Progress ----

// "12345 runs, 812 runs/s, 34 failed, 3 distinct, 9:12 left"
static void show_progress(struct hunt *h)
{
    if (!progress_begin(&h->progress))
        return;
    int64_t now_ns = clock_now_ns();
    double elapsed_s = (double)(now_ns - h->started_ns) / 1e9;
    int64_t left_s = (h->end_ns - now_ns) / (1000 * NS_PER_MS);
    left_s = left_s > 0 ? left_s : 0;
    printf("%lld runs, %.0f runs/s, %lld failed, %d distinct, %lld:%02d left",
           h->n_runs, (double)(h->n_runs - h->n_old) / elapsed_s, h->n_failed,
           h->n_groups, (long long)left_s / 60, (int)(left_s % 60));
    progress_end(&h->progress);
}

// "new: raft_2B/concurrent_starts seed 17, pct: only 2 of 3 servers ..."
static void tell_new(const struct hunt *h, const struct hunted *run,
                     const struct result *result)
{
    if (h->n_groups > MOST_ANNOUNCED)
        return;
    char *text;
    size_t size;
    FILE *to = alloc_stream(&text, &size);
    failures_put_run(to, &h->of[run->policy], "new:", run->test, run->seed);
    fprintf(to, ", %s: ", mix[run->policy].policy);
    fflush(to);
    int room = COLUMNS - (int)size - (int)strlen("...");
    result_print_summary(result, room > 0 ? room : 0, to);
    fclose(to);
    progress_clear(&h->progress);
    puts(text);
    free(text);
}

// ---- Runs that have ended ----

// Counts a failure of a chosen test. Returns whether it is the first of its
// group.
static bool count_failure(struct hunt *h, const struct failure *failure)
{
    bool is_new = !h->is_found[failure->group];
    h->n_failed++;
    h->n_groups += is_new;
    h->is_found[failure->group] = true;
    return is_new;
}

// Makes room for the group, which may be new. Returns whether it is.
static bool note_group(struct hunt *h, int group, int n_before)
{
    if (group < n_before)
        return false;
    h->is_found =
        alloc_resize(h->is_found, (size_t)group + 1, sizeof(*h->is_found));
    h->is_found[group] = false;
    return true;
}

// Notes the run. If the disk is full, that may be the output of runs that go
// on: it vanishes with them.
static void write_journal(struct hunt *h, const struct hunted *run,
                          int64_t cost, const struct failure *failure,
                          bool is_new)
{
    if (journal_add(&h->journal, h->findings, *run, cost, failure, is_new))
        return;
    pool_kill(&h->pool);
    if (journal_add(&h->journal, h->findings, *run, cost, failure, is_new))
        return;
    fprintf(stderr, "lab: the journal %s could not be written: %s\n",
            h->journal.path, strerror(errno));
    h->disk_full = true;
}

static void add_failure(struct hunt *h, const struct hunted *run, int64_t cost,
                        const struct result *result)
{
    int n_before = h->findings->signatures.n;
    struct failure failure = {
        .run = *run,
        .group = findings_group(h->findings, result_signature(result),
                                alloc_line(result->message)),
        .points = result->points,
    };
    bool is_new = note_group(h, failure.group, n_before);
    findings_add(h->findings, failure);
    if (count_failure(h, &failure))
        tell_new(h, run, result);
    write_journal(h, run, cost, &failure, is_new);
}

// Its processor time. A run that could not be started counts, too, or it would
// be chosen again and again.
static int64_t cost_us(const struct result *result)
{
    return 1 + (int64_t)(result->cpu_s * 1e6);
}

static void end_run(struct hunt *h, const struct hunted *run, struct job *job,
                    struct result *result)
{
    struct lane *lane = lanes_of(&h->lanes, run);
    int64_t cost = cost_us(result);
    lane->cost_us += cost;
    lane->n_runs++;
    h->n_runs++;
    h->n_in_a_row = 0;
    ranges_add(findings_done(h->findings, run->test, run->policy), run->seed,
               run->seed, cost);
    if (result->outcome == FAILED) {
        output_read_words(&job->output, result);
        add_failure(h, run, cost, result);
    } else {
        write_journal(h, run, cost, NULL, false);
    }
}

static void add_again(struct hunt *h, const struct hunted *run)
{
    h->again =
        alloc_resize(h->again, (size_t)h->n_again + 1, sizeof(*h->again));
    h->again[h->n_again++] = *run;
}

// An inconclusive run is repeated at the end, and is not noted.
static void postpone(struct hunt *h, const struct hunted *run,
                     struct result *result)
{
    lanes_of(&h->lanes, run)->cost_us += cost_us(result);
    add_again(h, run);
    h->n_in_a_row++;
    result_free(&h->inconclusive);
    h->inconclusive = *result;
    *result = (struct result){ 0 };
}

static void end_slot(struct hunt *h, int i, struct result *result)
{
    const struct hunted *run = &h->slots[i].run;
    struct job *job = &h->pool.jobs[i];
    lanes_of(&h->lanes, run)->cost_us -= h->slots[i].expected_us;
    if (result->outcome == INCONCLUSIVE)
        postpone(h, run, result);
    else
        end_run(h, run, job, result);
    output_discard(&job->output);
    result_free(result);
}

// ---- The hunt ----

static bool start(struct hunt *h, int i, const struct hunted *run)
{
    struct job *job = &h->pool.jobs[i];
    job->test = run->test;
    job->run = run->seed;
    job->is_second = false;
    job->wants_record = false;
    return pool_start(&h->pool, job, &h->of[run->policy]);
}

static bool is_over(const struct hunt *h)
{
    return h->stopped_by != 0 || h->disk_full ||
           h->n_in_a_row >= MOST_INCONCLUSIVE || clock_now_ns() >= h->end_ns;
}

// Starts the next run. False if the machine cannot hold one more now.
static bool start_next(struct hunt *h, int i)
{
    struct slot *slot = &h->slots[i];
    slot->run = lanes_choose(&h->lanes, &slot->expected_us);
    struct lane *lane = lanes_of(&h->lanes, &slot->run);
    bool started = start(h, i, &slot->run);
    if (!started && h->pool.n_running > 0)
        return false;
    lane->next = slot->run.seed + 1;
    lane->cost_us += slot->expected_us;
    if (!started) {
        struct result result = result_not_started(errno);
        end_slot(h, i, &result);
    }
    return true;
}

static void fill(struct hunt *h)
{
    for (int i = 0; i < h->pool.n_jobs; i++) {
        while (h->pool.jobs[i].pid == 0 && !is_over(h)) {
            if (!start_next(h, i))
                return;
        }
    }
}

// After a signal none is judged: what sent it may have ended runs, too.
static void collect(struct hunt *h)
{
    for (int i = 0; i < h->pool.n_jobs && !h->disk_full && h->stopped_by == 0;
         i++) {
        struct result result;
        if (pool_poll(&h->pool, &h->pool.jobs[i],
                      &h->of[h->slots[i].run.policy], &result))
            end_slot(h, i, &result);
    }
}

static void run_alone(struct hunt *h, const struct hunted *run)
{
    h->slots[0] = (struct slot){ .run = *run };
    if (!start(h, 0, run)) {
        struct result result = result_not_started(errno);
        end_slot(h, 0, &result);
    }
    while (h->pool.n_running > 0 && h->stopped_by == 0) {
        h->stopped_by = pool_await(&h->pool);
        collect(h);
    }
}

// Runs those that were inconclusive once more, one at a time. If there are very
// many, the machine has too little for them, and only some are tried.
static void run_again(struct hunt *h)
{
    struct hunted *again = h->again;
    int n = h->n_again;
    h->again = NULL;
    h->n_again = 0;
    for (int k = 0; k < n; k++) {
        bool is_tried =
            k < MOST_INCONCLUSIVE && h->stopped_by == 0 && !h->disk_full;
        if (is_tried)
            run_alone(h, &again[k]);
        else
            add_again(h, &again[k]);
    }
    free(again);
}

static void run_all(struct hunt *h)
{
    progress_start(&h->progress);
    h->started_ns = clock_now_ns();
    h->end_ns =
        h->started_ns + (int64_t)(h->options->minutes * 60e3) * NS_PER_MS;
    fill(h);
    while (h->pool.n_running > 0 && !is_over(h)) {
        h->stopped_by = pool_await(&h->pool);
        collect(h);
        fill(h);
        show_progress(h);
    }
    pool_kill(&h->pool);
    run_again(h);
    pool_kill(&h->pool);
    progress_clear(&h->progress);
}

// ---- The beginning and the end ----

// Runs of a hunt print to files, have their seed as number, and can be of any
// test of the program.
static void make_options(struct hunt *h)
{
    for (int policy = 0; policy < MIX_N; policy++) {
        struct options *of = &h->of[policy];
        *of = *h->options;
        of->tests = h->findings->tests;
        of->n_tests = h->findings->n_tests;
        of->runs = MAX_SEED;
        of->first_seed = 1;
        of->logs = h->folder;
        of->policy = mix[policy].policy;
        of->replay = policy == 0 ? alloc_string(h->options->replay)
                                 : alloc_format("%s POLICY=%s",
                                                h->options->replay, of->policy);
    }
}

// Of the findings' tests: whether it is one of the options'. The caller frees.
static bool *chosen_make(const struct hunt *h)
{
    bool *chosen = alloc((size_t)h->findings->n_tests * sizeof(*chosen));
    for (int test = 0; test < h->findings->n_tests; test++)
        for (int i = 0; i < h->options->n_tests; i++)
            chosen[test] |= h->options->tests[i] == h->findings->tests[test];
    return chosen;
}

// A share of the seeds begins where the one before it ends.
static int first_seed(const struct options *options)
{
    return MAX_SEED / options->shares * (options->share - 1) + 1;
}

static void count_old(struct hunt *h)
{
    const struct findings *findings = h->findings;
    h->is_found =
        alloc((size_t)findings->signatures.n * sizeof(*h->is_found) + 1);
    for (int i = 0; i < findings->n_failures; i++) {
        if (h->lanes.chosen[findings->failures[i].run.test])
            count_failure(h, &findings->failures[i]);
    }
}

// The folder of this build's hunts, in that of the options: another build has
// other runs.
static char *folder_make(const struct options *options)
{
    char *folder = alloc_format("%s/%08x", options->hunt,
                                (unsigned)(journal_build() >> 32));
    if (!output_make_folder(folder))
        bad_input("lab", "--hunt wants a folder to write to, not \"%s\": %s",
                  options->hunt, strerror(errno));
    return folder;
}

static void open_journal(struct hunt *h)
{
    const struct options *options = h->options;
    char *path = options->has_share
                     ? alloc_format("%s/journal-%d-of-%d", h->folder,
                                    options->share, options->shares)
                     : alloc_format("%s/journal", h->folder);
    journal_open(&h->journal, path, h->findings);
    for (int i = 0; i < options->n_merge; i++)
        journal_read(options->merge[i], h->findings);
    if (options->n_merge > 0 && !journal_rewrite(&h->journal, h->findings))
        bad_input("lab", "the journal %s cannot be written: %s", path,
                  strerror(errno));
    free(path);
}

static void tell_beginning(const struct hunt *h)
{
    printf("Hunting for %g %s: %d %s, %d %s at a time\n", h->options->minutes,
           h->options->minutes == 1 ? "minute" : "minutes", h->options->n_tests,
           h->options->n_tests == 1 ? "test" : "tests", h->options->jobs,
           h->options->jobs == 1 ? "run" : "runs");
    printf("Journal: %s\n", h->journal.path);
    if (h->n_old > 0)
        printf("It has %lld runs already, %lld failed\n", h->n_old,
               h->n_failed);
    fflush(stdout);
}

static void hunt_make(struct hunt *h, const struct options *options)
{
    *h = (struct hunt){ .options = options };
    h->folder = folder_make(options);
    h->findings = findings_make();
    pool_make(&h->pool, options->jobs);
    h->slots = alloc((size_t)options->jobs * sizeof(*h->slots));
    open_journal(h);
    make_options(h);
    lanes_make(&h->lanes, h->findings, chosen_make(h), first_seed(options));
    h->n_runs = h->n_old = lanes_count(&h->lanes);
    count_old(h);
}

static void hunt_free(struct hunt *h)
{
    for (int policy = 0; policy < MIX_N; policy++)
        free((char *)h->of[policy].replay);
    journal_close(&h->journal);
    signal(SIGXFSZ, SIG_IGN);  // One may wait: of a journal that cannot grow.
    pool_free(&h->pool);
    lanes_free(&h->lanes);
    findings_free(h->findings);
    result_free(&h->inconclusive);
    free(h->is_found);
    free(h->again);
    free(h->slots);
    free(h->folder);
}

static int exit_status(const struct hunt *h)
{
    if (h->disk_full)
        return EXIT_BAD_INPUT;
    if (h->n_failed > 0)
        return EXIT_FAILURE;
    return h->n_again > 0 ? EXIT_INCONCLUSIVE : EXIT_SUCCESS;
}

int hunt_run(const struct options *options)
{
    struct hunt hunt;
    hunt_make(&hunt, options);
    if (options->n_merge == 0) {
        tell_beginning(&hunt);
        run_all(&hunt);
    }
    findings_settle(hunt.findings);
    hunt_report(&(struct hunt_report){
        .options = options,
        .of = hunt.of,
        .findings = hunt.findings,
        .chosen = hunt.lanes.chosen,
        .folder = hunt.folder,
        .pool = &hunt.pool,
        .n_runs = hunt.n_runs,
        .n_failed = hunt.n_failed,
        .n_inconclusive = hunt.n_again,
        .inconclusive = &hunt.inconclusive,
        .is_stopped = hunt.stopped_by != 0,
        .is_hurried = hunt.stopped_by == SIGTERM,
        .has_pages = !options->has_share && !hunt.disk_full,
    });
    int status = exit_status(&hunt);
    hunt_free(&hunt);
    return status;
}
