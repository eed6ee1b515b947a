// Calls of the programs that run tests: what is asked again when one has been
// ended. The sandbox is a fake here.
#include "grade/call.h"
#include "rt/alloc.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct end_of_command __wrap_confine_run(const struct confinement *confinement,
                                         char *const argv[]);
struct end_of_command __real_confine_run(const struct confinement *confinement,
                                         char *const argv[]);

// The sandbox is this fake; or the real one, if it is NULL.
static struct fake {
    const char *folder;  // Gets rows.json.
    const char *bad;     // A call with this test is ended.
    struct end_of_command bad_end;
    int calls;
} * fake;

static void put_row(FILE *to, const char *name, bool is_first)
{
    int suite = (int)strcspn(name, "/");
    fprintf(to,
            "%s\n{\"time\":\"virtual\",\"suite\":\"%.*s\",\"test\":\"%s\","
            "\"run\":1,\"seed\":7,\"result\":\"passed\",\"seconds\":1,"
            "\"rpcs\":1,\"bytes\":1,\"commands\":1,\"saves\":1,"
            "\"cpu_seconds\":1}",
            is_first ? "[" : ",", suite, name, name + suite + 1);
}

// Writes rows of passed runs, unless the bad test is among them.
static bool write_rows(char *const argv[])
{
    char *path = alloc_format("%s/rows.json", fake->folder);
    FILE *to = fopen(path, "we");
    check(to != NULL);
    bool is_good = true;
    bool is_first = true;
    for (int k = 0; argv[k] != NULL; k++) {
        if (strcmp(argv[k], "--test") != 0)
            continue;
        is_good &= strcmp(fake->bad, "all") != 0 &&
                   strcmp(argv[k + 1], fake->bad) != 0;
        put_row(to, argv[k + 1], is_first);
        is_first = false;
    }
    fputs("\n]\n", to);
    fclose(to);
    free(path);
    return is_good;
}

struct end_of_command __wrap_confine_run(const struct confinement *confinement,
                                         char *const argv[])
{
    if (fake == NULL)
        return __real_confine_run(confinement, argv);
    fake->calls++;
    struct end_of_command good = { .end = END_EXITED, .seconds = 1 };
    struct end_of_command end = write_rows(argv) ? good : fake->bad_end;
    end.output = alloc_string("");
    return end;
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

    with->folder = folder;
    fake = with;
    struct runs runs = { 0 };
    struct end_of_command end = call_run(&runs, &asked, &work, 2);
    fake = NULL;
    check(runs.n == asked.n_tests && end.seconds >= with->calls);
    memset(counts, 0, 3 * sizeof *counts);
    for (int k = 0; k < runs.n; k++)
        counts[runs.runs[k].state]++;
    runs_free(&runs);
    char *rows = alloc_format("%s/rows.json", folder);
    unlink(rows);
    free(rows);
    rmdir(folder);
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
                         .bad_end = { .end = END_TIME, .seconds = 500 } };
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

    // isolab bounds each run itself. There is no second call.
    struct fake stuck = { .bad = "2D/snapshots_basic",
                          .bad_end = { .end = END_TIME, .seconds = 1 } };
    call_all(&stuck, LAYER_ISOLATED, counts);
    check(counts[RUN_FAILED] > 100 && stuck.calls == 1);
}
