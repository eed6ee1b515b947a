// Calls of the programs that run tests: what is asked again when one has been
// ended. The sandbox is a fake here.
#include "grade/call.h"
#include "grade/layers.h"
#include "grade/score.h"
#include "grade/turn.h"
#include "rt/alloc.h"
#include "tests/unit/sandbox.h"
#include "tests/unit/unit.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The fake sandbox of fake_run.
static struct fake {
    const char *bad;    // A call with this test is ended.
    const char *flaky;  // Its first isolated run of each call fails.
    bool all_runs;      // Each of its isolated runs does.
    int busy_until;     // It is inconclusive up to this call instead.
    bool busy_seeds;    // All runs in virtual time are inconclusive.
    struct end_of_command bad_end;
    int calls;
    int cpus;       // Of the machine; 0: two.
    int most_jobs;  // The most that a call was given.
} * fake;

// The option's number; 0 if it is not there.
static int number_of(char *const argv[], const char *option)
{
    for (int k = 0; argv[k] != NULL; k++)
        if (strcmp(argv[k], option) == 0)
            return (int)strtol(argv[k + 1], NULL, 10);
    return 0;
}

static const char *bad_result(void)
{
    if (fake->busy_until == 0)
        return "failed";
    return fake->calls <= fake->busy_until ? "inconclusive" : "passed";
}

static void put_rows(FILE *to, const char *name, char *const argv[],
                     bool *is_first)
{
    int suite = (int)strcspn(name, "/");
    int first = number_of(argv, "--first");
    for (int run = 1; run <= number_of(argv, "--runs"); run++) {
        fprintf(to, "%s\n{\"suite\":\"%.*s\",\"test\":\"%s\",\"run\":%d",
                *is_first ? "[" : ",", suite, name, name + suite + 1, run);
        if (first == 0)
            fputs(",\"time\":\"real\"", to);
        else
            fprintf(to, ",\"time\":\"virtual\",\"seed\":%d", first + run - 1);
        bool is_bad = first == 0 && (run == 1 || fake->all_runs) &&
                      fake->flaky != NULL && strcmp(name, fake->flaky) == 0;
        fprintf(to,
                ",\"result\":\"%s\",\"seconds\":1,\"rpcs\":1,\"bytes\":1,"
                "\"commands\":1,\"saves\":1,\"cpu_seconds\":1",
                is_bad                           ? bad_result()
                : first != 0 && fake->busy_seeds ? "inconclusive"
                                                 : "passed");
        if (is_bad)
            fprintf(to, ",\"record\":\"/out/run%03d.jsonl\"", run);
        fputs("}", to);
        *is_first = false;
    }
}

// Writes rows, unless the bad test is among those that were asked for.
static bool write_rows(const char *folder, char *const argv[])
{
    char *path = alloc_format("%s/rows.json", folder);
    FILE *to = fopen(path, "we");
    check(to != NULL);
    bool is_good = true;
    bool is_first = true;
    for (int k = 0; argv[k] != NULL; k++) {
        if (strcmp(argv[k], "--test") != 0)
            continue;
        is_good &= fake->bad == NULL || (strcmp(fake->bad, "all") != 0 &&
                                         strcmp(argv[k + 1], fake->bad) != 0);
        put_rows(to, argv[k + 1], argv, &is_first);
    }
    fputs("\n]\n", to);
    fclose(to);
    free(path);
    return is_good;
}

static struct end_of_command fake_run(const struct confinement *confinement,
                                      char *const argv[])
{
    fake->calls++;
    if (number_of(argv, "--jobs") > fake->most_jobs)
        fake->most_jobs = number_of(argv, "--jobs");
    struct end_of_command good = { .end = END_EXITED, .seconds = 1 };
    const char *out = confinement->writable[0];
    char *folder = alloc_format("%.*s", (int)strcspn(out, ":"), out);
    struct end_of_command end = write_rows(folder, argv) ? good : fake->bad_end;
    free(folder);
    end.output = alloc_string("");
    return end;
}

static void remove_folder(const char *folder)
{
    char *remove = alloc_format("rm -r '%s'", folder);
    check(system(remove) == 0);
    free(remove);
}

// Runs all tests once in virtual time with this fake. Sets the numbers of those
// that passed, failed, or say nothing.
static void call_all(struct fake *with, enum layer layer, int counts[3])
{
    char folder[] = "/tmp/raftlab-call-XXXXXX";
    check(mkdtemp(folder) != NULL);
    struct work work = { .root = folder, .source = folder, .build = folder };
    work.logs[layer] = folder;
    int tests[1000];
    struct asked asked = { layer, tests, 0, 1, 7 };
    for (int k = 0; k < known_count; k++)
        if (known_is_in(k, layer))
            tests[asked.n_tests++] = k;

    fake = with;
    sandbox_instead = fake_run;
    struct runs runs = { 0 };
    struct end_of_command end = call_run(&runs, &asked, &work, 2);
    sandbox_instead = NULL;
    check(runs.n == asked.n_tests && end.seconds >= with->calls);
    memset(counts, 0, 3 * sizeof *counts);
    for (int k = 0; k < runs.n; k++)
        counts[runs.runs[k].state]++;
    runs_free(&runs);
    remove_folder(folder);
}

UNIT_TEST(call, a_test_that_uses_up_the_memory_fails_alone)
{
    struct fake one = { .bad = "2D/snapshots_basic",
                        .bad_end = { .end = END_MEMORY, .seconds = 1 } };
    int counts[3];
    call_all(&one, LAYER_VIRTUAL, counts);
    check(counts[RUN_FAILED] == 1 && counts[RUN_INCONCLUSIVE] == 0);
    check(counts[RUN_PASSED] == known_count - 1);
    check(one.calls < 20);

    struct fake leak = { .bad = "2D/snapshots_basic",
                         .bad_end = { .end = END_MEMORY, .seconds = 1 } };
    call_all(&leak, LAYER_ISOLATED, counts);
    check(counts[RUN_FAILED] == 1 && counts[RUN_INCONCLUSIVE] == 0);
    check(counts[RUN_PASSED] > 100 && leak.calls < 20);
}

UNIT_TEST(call, calls_are_bounded)
{
    struct fake all = { .bad = "all",
                        .bad_end = { .end = END_MEMORY, .seconds = 1 } };
    int counts[3];
    call_all(&all, LAYER_VIRTUAL, counts);
    check(counts[RUN_FAILED] == known_count);
    check_that(all.calls < 80, "%d calls", all.calls);

    // Those that take long are fewer.
    struct fake slow = { .bad = "all",
                         .bad_end = {
                             .end = END_TIME, .seconds = 500, .cpu_s = 400 } };
    call_all(&slow, LAYER_VIRTUAL, counts);
    check(counts[RUN_FAILED] == known_count);
    check_that(slow.calls < 16, "%d calls", slow.calls);
}

// No Raft is the cause if the sandbox could not be made, or isolab ended by
// itself.
UNIT_TEST(call, what_is_not_the_rafts_is_inconclusive)
{
    struct fake none = { .bad = "all",
                         .bad_end = { .end = END_NOT_STARTED, .seconds = 1 } };
    int counts[3];
    call_all(&none, LAYER_VIRTUAL, counts);
    check(counts[RUN_INCONCLUSIVE] == known_count && none.calls == 1);

    struct fake crash = {
        .bad = "2D/snapshots_basic",
        .bad_end = { .end = END_SIGNALLED, .status = 6, .seconds = 1 }
    };
    call_all(&crash, LAYER_ISOLATED, counts);
    check(counts[RUN_INCONCLUSIVE] > 100 && counts[RUN_FAILED] == 0);
    check(crash.calls == 1);
}

// The system, short of memory, kills what has much.
UNIT_TEST(call, what_is_killed_for_want_of_memory_is_inconclusive)
{
    struct fake one = { .bad = "2D/snapshots_basic",
                        .bad_end = { .end = END_SIGNALLED,
                                     .status = 9,
                                     .memory_ran_out = true,
                                     .seconds = 1 } };
    int counts[3];
    call_all(&one, LAYER_VIRTUAL, counts);
    check(counts[RUN_INCONCLUSIVE] == 1 && counts[RUN_FAILED] == 0);
    check(counts[RUN_PASSED] == known_count - 1);
}

// Its time is over, and it has not had the processor.
UNIT_TEST(call, what_stood_still_is_inconclusive)
{
    static const enum layer layers[] = { LAYER_VIRTUAL, LAYER_ISOLATED };
    for (int k = 0; k < 2; k++) {
        struct fake idle = { .bad = "2D/snapshots_basic",
                             .bad_end = { .end = END_TIME,
                                          .seconds = 1000,
                                          .cpu_s = 10,
                                          .was_ready =
                                              layers[k] == LAYER_VIRTUAL } };
        int counts[3];
        call_all(&idle, layers[k], counts);
        check(counts[RUN_FAILED] == 0 && counts[RUN_PASSED] == 0);
        check(idle.calls == 1);
    }
}

// It stood still because the Raft had stopped it, or made it wait.
UNIT_TEST(call, what_its_raft_stopped_has_failed)
{
    static const enum end ends[] = { END_STOPPED, END_STILL, END_TIME };
    for (int k = 0; k < 3; k++) {
        struct fake stopped = { .bad = "2D/snapshots_basic",
                                .bad_end = { .end = ends[k], .seconds = 10 } };
        int counts[3];
        call_all(&stopped, LAYER_VIRTUAL, counts);
        check(counts[RUN_FAILED] == 1 && counts[RUN_INCONCLUSIVE] == 0);
        check(counts[RUN_PASSED] == known_count - 1);
    }
}

// ---- All layers ----

static void says_nothing(const char *what)
{
    (void)what;
}

// No run's record is another's.
static void check_records(const struct runs *runs)
{
    for (int i = 0; i < runs->n; i++) {
        const struct run *run = &runs->runs[i];
        for (int k = 0; k < i && run->record != NULL; k++) {
            const struct run *other = &runs->runs[k];
            check(other->record == NULL || other->call != run->call ||
                  strcmp(other->record, run->record) != 0);
        }
    }
}

// Runs 2A, three times isolated and with two seeds. Returns the counts of the
// isolated runs of 2A/initial_election.
static struct layer_score run_layers(struct fake *with)
{
    char folder[] = "/tmp/raftlab-call-XXXXXX";
    check(mkdtemp(folder) != NULL);
    int tests[3] = { known_find("2A", "initial_election"),
                     known_find("2A", "multiple_elections"),
                     known_find("2A", "election_after_network_failure") };
    struct weighed group = { .name = "2A", .tests = tests, .n_tests = 3 };
    struct request request = { .jobs = 1, .cpus = 2 };
    struct grading grading = {
        .request = &request,
        .points = { .weighed = &group,
                    .n = 1,
                    .counts = { true, true },
                    .isolated_runs = 3,
                    .seeds = 2 },
        .secret = { .bytes = "0123456789abcdef", .size = 16 },
        .cpus = with->cpus > 0 ? with->cpus : 2,
        .work = folder,
    };
    struct work work = { .root = folder, .source = folder, .build = folder };
    for (int layer = 0; layer < N_LAYERS; layer++)
        work.logs[layer] = folder;

    struct layers layers;
    fake = with;
    sandbox_instead = fake_run;
    layers_run(&layers, &grading, &work, "d1", says_nothing);
    sandbox_instead = NULL;
    check_records(&layers.runs);
    struct score score = score_of(&grading.points, &layers.runs);
    struct layer_score counts = score.scores[0].tests[0].layers[LAYER_ISOLATED];
    for (int k = 1; with->bad == NULL && k < 3; k++)
        check(score.scores[0].tests[k].layers[LAYER_ISOLATED].passed == 3);
    if (with->bad == NULL && !with->busy_seeds)
        check(score.scores[0].tests[0].layers[LAYER_VIRTUAL].passed == 2);
    score_free(&score);
    layers_free(&layers);
    remove_folder(folder);
    return counts;
}

UNIT_TEST(layers, a_test_that_fails_sometimes_runs_more_often)
{
    struct fake none = { 0 };
    check(run_layers(&none).passed == 3 && none.calls == 2);

    // The first run of each of two calls fails.
    struct fake flaky = { .flaky = "2A/initial_election" };
    struct layer_score counts = run_layers(&flaky);
    check_that(counts.passed == 8 && counts.failed == 2 && flaky.calls == 3,
               "%d passed, %d failed, %d calls", counts.passed, counts.failed,
               flaky.calls);

    struct fake broken = { .flaky = "2A/initial_election", .all_runs = true };
    counts = run_layers(&broken);
    check(counts.failed == 3 && broken.calls == 2);
}

// Their memory is bounded in sum. (The simulated ones get all processors.)
UNIT_TEST(layers, isolated_runs_side_by_side_are_bounded)
{
    struct fake small = { .cpus = 2 };
    run_layers(&small);
    check(small.most_jobs == 8);

    struct fake large = { .cpus = 16 };
    run_layers(&large);
    check(large.most_jobs == 16);
}

UNIT_TEST(layers, what_stands_still_is_not_waited_for_again_and_again)
{
    struct fake idle = { .bad = "all",
                         .bad_end = { .end = END_TIME, .seconds = 1000 } };
    struct layer_score counts = run_layers(&idle);
    check(counts.inconclusive == 3 && counts.failed == 0);
    check_that(idle.calls <= 5, "%d calls", idle.calls);
}

// The calls are: virtual time, the three isolated runs, and three repeats at
// most of what was inconclusive.
UNIT_TEST(layers, what_was_inconclusive_runs_again)
{
    struct fake once = { .flaky = "2A/initial_election", .busy_until = 2 };
    struct layer_score counts = run_layers(&once);
    check(counts.passed == 3 && counts.inconclusive == 0 && once.calls == 3);

    struct fake always = { .flaky = "2A/initial_election", .busy_until = 99 };
    counts = run_layers(&always);
    check_that(
        counts.passed == 2 && counts.inconclusive == 1 && counts.failed == 0,
        "%d passed, %d inconclusive", counts.passed, counts.inconclusive);
    check_that(always.calls <= 8, "%d calls", always.calls);
}

// The calls are: two seeds, each of them once again, and the isolated runs.
UNIT_TEST(layers, each_inconclusive_seed_runs_again_once)
{
    struct fake busy = { .busy_seeds = true };
    check(run_layers(&busy).passed == 3);
    check_that(busy.calls == 4, "%d calls", busy.calls);
}

// ---- Turns ----

static void use_only(size_t processor)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    check(sched_setaffinity(0, sizeof set, &set) == 0);
}

// The second one would wait for ever if it had to wait for the first one.
UNIT_TEST(turn, who_has_processors_of_its_own_waits_for_nobody)
{
    cpu_set_t all;
    check(sched_getaffinity(0, sizeof all, &all) == 0);
    size_t first = 0;
    while (!CPU_ISSET(first, &all))
        first++;
    size_t second = first + 1;
    while (second < CPU_SETSIZE && !CPU_ISSET(second, &all))
        second++;
    if (second == CPU_SETSIZE)
        return;  // This machine has one processor for us.

    char folder[] = "/tmp/raftlab-turn-XXXXXX";
    check(mkdtemp(folder) != NULL);
    use_only(first);
    int turn_of_first = turn_take(folder);
    use_only(second);
    int turn_of_second = turn_take(folder);
    check(turn_of_first >= 0 && turn_of_second >= 0);
    turn_pass(turn_of_first);
    turn_pass(turn_of_second);
    check(sched_setaffinity(0, sizeof all, &all) == 0);
    remove_folder(folder);
}
