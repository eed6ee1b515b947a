// Each layer has its program: isolab, which nothing of the student is linked
// with, or simlab with the student's Raft in it.
#include "grade/call.h"

#include "grade/places.h"
#include "grade/store.h"
#include "rt/alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_CALLS 60  // For one that was asked for.
#define MAX_ROWS   ((size_t)64 << 20)

#define IDLE_SHARE 0.2  // Of one processor.

#define LIMIT_S 120  // Of a run, which takes as long on a very busy machine.
#define STILL_S 180  // Of simulated runs: they compute, or wait for a disk.

// Exit statuses of the runner: all passed, some failed, some inconclusive.
static bool has_run(const struct end_of_command *end)
{
    return end->end == END_EXITED &&
           (end->status == 0 || end->status == 1 || end->status == 3);
}

// ---- Limits ----

static int runs_asked(const struct asked *asked)
{
    return asked->n_tests * asked->runs;
}

// The time by which every right Raft has ended many times over. isolab repeats
// what is inconclusive, one run after the other.
static int wall_s(const struct asked *asked, int jobs)
{
    if (asked->layer == LAYER_ISOLATED)
        return LIMIT_S * (2 + runs_asked(asked) / jobs) +
               10 * runs_asked(asked);
    if (asked->layer == LAYER_VIRTUAL)
        return 300 + runs_asked(asked);
    return 600 + runs_asked(asked) * 5;
}

static struct confinement limits(const struct asked *asked, int jobs)
{
    bool is_isolated = asked->layer == LAYER_ISOLATED;
    struct confinement confinement = {
        .folder = "/out",
        .wall_s = wall_s(asked, jobs),
        .still_s = is_isolated ? 0 : STILL_S,
        .memory_mb = is_isolated ? 6000 : 1000 + 1500L * jobs,
        .processes = is_isolated ? 8000 : 400,
        .file_mb = 4000,
        .output_kb = 1000,
        .makes_rooms = is_isolated,
    };
    confinement.cpu_s = confinement.wall_s * (jobs < 8 ? jobs : 8);
    return confinement;
}

// ---- The command ----

// A NULL-terminated list of words, of which the list owns those that were made
// for it.
struct words {
    char **word;
    int n;
};

static void add(struct words *words, char *word)
{
    words->word =
        alloc_resize(words->word, (size_t)words->n + 2, sizeof(*words->word));
    words->word[words->n++] = word;
    words->word[words->n] = NULL;
}

static void add_option(struct words *words, const char *option,
                       const char *value)
{
    add(words, alloc_string(option));
    add(words, alloc_string(value));
}

static void add_number(struct words *words, const char *option,
                       unsigned long long number)
{
    add(words, alloc_string(option));
    add(words, alloc_format("%llu", number));
}

static void add_test(struct words *words, const struct known *test)
{
    add(words, alloc_string("--test"));
    add(words, alloc_format("%s/%s", test->suite, test->test));
}

static void free_words(struct words *words)
{
    for (int i = 0; i < words->n; i++)
        free(words->word[i]);
    free(words->word);
}

// Simulated runs give way to those in real time.
static void add_program(struct words *argv, enum layer layer)
{
    if (layer == LAYER_ISOLATED) {
        add(argv, alloc_string("/lab/isolab"));
        add_option(argv, "--peer", "/lab/raft-peer");
        add_option(argv, "--object", "/lab/raft.so");
        add_option(argv, "--layout", "/lab/raft.x");
        return;
    }
    add(argv, alloc_string("nice"));
    add_option(argv, "-n", "10");
    add(argv, alloc_string("/lab/simlab"));
}

static struct words command(const struct asked *asked, int jobs)
{
    struct words argv = { 0 };
    add_program(&argv, asked->layer);
    if (asked->layer != LAYER_ISOLATED)
        add_number(&argv, "--first", asked->first_seed);
    add_number(&argv, "--runs", (unsigned long long)asked->runs);
    add_number(&argv, "--jobs", (unsigned long long)jobs);
    add_number(&argv, "--limit", LIMIT_S);
    add_option(&argv, "--logs", "/out");
    add_option(&argv, "--json", "/out/rows.json");
    for (int i = 0; i < asked->n_tests; i++)
        add_test(&argv, &known_tests[asked->tests[i]]);
    return argv;
}

// The Raft's raft.x; the given one if it has none.
static char *layout_of(const struct work *work)
{
    char *own = alloc_format("%s/raft.x", work->source);
    char *place =
        access(own, F_OK) == 0
            ? alloc_format("%s:/lab/raft.x", own)
            : alloc_format("%s/%s:/lab/raft.x", work->root, PLACE_LAYOUT);
    free(own);
    return place;
}

// The files that the program sees of this machine.
static struct words places(const struct asked *asked, const struct work *work)
{
    static const char *const simlab[N_LAYERS] = {
        [LAYER_VIRTUAL] = "simlab",
        [LAYER_TSAN] = "simlab-tsan",
        [LAYER_ASAN] = "simlab-asan",
    };
    struct words places = { 0 };
    if (asked->layer != LAYER_ISOLATED) {
        add(&places, alloc_format("%s/%s:/lab/simlab", work->build,
                                  simlab[asked->layer]));
        return places;
    }
    add(&places, alloc_format("%s/%s:/lab/isolab", work->root, PLACE_ISOLAB));
    add(&places, alloc_format("%s/%s:/lab/raft-peer", work->root, PLACE_PEER));
    add(&places, alloc_format("%s/raft.so:/lab/raft.so", work->build));
    add(&places, layout_of(work));
    return places;
}

// ---- The call ----

// It ran out of time without having had the processor: the machine was stopped,
// or too busy. A Raft that hangs in a run is ended by the run's own limit.
// Simulated runs never wait, unless a Raft makes them.
static bool was_idle(const struct asked *asked,
                     const struct end_of_command *end)
{
    return end->end == END_TIME && end->cpu_s < IDLE_SHARE * end->seconds &&
           (end->was_ready || asked->layer == LAYER_ISOLATED);
}

// Could the Raft have ended the program? It is not in the process of isolab.
static bool is_the_rafts(const struct asked *asked,
                         const struct end_of_command *end)
{
    bool ended_itself = end->end == END_EXITED || end->end == END_SIGNALLED;
    return end->end != END_NOT_STARTED && !was_idle(asked, end) &&
           !end->memory_ran_out &&
           (asked->layer != LAYER_ISOLATED || !ended_itself);
}

// ": " and the last line that it printed, if that is not a student's word. The
// caller frees it.
static char *last_line(const struct asked *asked,
                       const struct end_of_command *end)
{
    if (asked->layer != LAYER_ISOLATED || end->output == NULL)
        return alloc_string("");
    size_t length = strlen(end->output);
    while (length > 0 && end->output[length - 1] == '\n')
        length--;
    size_t from = length;
    while (from > 0 && end->output[from - 1] != '\n')
        from--;
    return alloc_format("%s%.*s", length > from ? ": " : "",
                        (int)(length - from), end->output + from);
}

static void add_none(struct runs *runs, const struct asked *asked,
                     const struct confinement *confinement,
                     const struct end_of_command *end)
{
    char *how = confine_end_text(confinement, end);
    char *said = last_line(asked, end);
    char *message =
        alloc_format("the program that runs the tests %s%s", how, said);
    runs_add_all(runs, asked,
                 is_the_rafts(asked, end) ? RUN_FAILED : RUN_INCONCLUSIVE,
                 message);
    free(message);
    free(said);
    free(how);
}

// One call, and the calls of parts of its tests.
struct calls {
    struct runs *runs;
    const struct work *work;
    int jobs;
    int left;  // So many more may be made.
    double until_s;
    struct end_of_command sum;
};

// One test can use up the time or the memory of all, in isolab, too: servers of
// several tests that leak take more together than all may have.
static bool may_halve(const struct calls *calls, const struct asked *asked,
                      const struct end_of_command *end)
{
    return asked->n_tests > 1 &&
           (is_the_rafts(asked, end) || end->memory_ran_out) &&
           calls->left > 1 && calls->sum.seconds < calls->until_s;
}

// Makes the folder of a new call. Runs of two calls may have records of one
// name.
static char *new_folder(const struct work *work, enum layer layer, int *number)
{
    for (*number = 1;; ++*number) {
        char *folder = work_call(work, layer, *number);
        if (mkdir(folder, 0777) == 0 || errno != EEXIST)
            return folder;
        free(folder);
    }
}

static struct end_of_command run(const struct calls *calls,
                                 const struct asked *asked,
                                 const struct confinement *confinement,
                                 const char *folder)
{
    struct words argv = command(asked, calls->jobs);
    struct words readable = places(asked, calls->work);
    char *out = alloc_format("%s:/out", folder);
    struct confinement confined = *confinement;
    confined.readable = (const char *const *)readable.word;
    confined.writable = (const char *const[]){ out, NULL };
    struct end_of_command end = confine_run(&confined, argv.word);
    free(out);
    free_words(&argv);
    free_words(&readable);
    return end;
}

static void add_time(struct end_of_command *sum, const struct asked *asked,
                     const struct end_of_command *end)
{
    sum->seconds += end->seconds;
    sum->cpu_s += end->cpu_s;
    if (was_idle(asked, end))
        sum->end = END_TIME;
    if (end->fallback != NULL)
        sum->fallback = end->fallback;
}

// Has isolab warned that it had no namespaces for the servers?
static void note_fallback(struct calls *calls, const struct asked *asked,
                          const char *rows)
{
    size_t size;
    char *text = asked->layer == LAYER_ISOLATED
                     ? store_read(rows, MAX_ROWS, &size)
                     : NULL;
    if (text != NULL && strstr(text, "this system gives no namespaces") != NULL)
        calls->sum.fallback = "servers had no namespaces of their own: they "
                              "were confined by seccomp and limits alone";
    free(text);
}

static void read_rows(struct calls *calls, const struct asked *asked,
                      const char *folder, int number)
{
    int before = calls->runs->n;
    char *rows = alloc_format("%s/rows.json", folder);
    free(runs_read(calls->runs, rows, asked));
    note_fallback(calls, asked, rows);
    free(rows);
    for (int k = before; k < calls->runs->n; k++)
        calls->runs->runs[k].call = number;
}

static void call(struct calls *calls, const struct asked *asked)
{
    int number;
    char *folder = new_folder(calls->work, asked->layer, &number);
    struct confinement confinement = limits(asked, calls->jobs);
    struct end_of_command end = run(calls, asked, &confinement, folder);
    add_time(&calls->sum, asked, &end);
    calls->left--;
    if (has_run(&end)) {
        read_rows(calls, asked, folder, number);
    } else if (may_halve(calls, asked, &end)) {
        struct asked first = *asked, second = *asked;
        first.n_tests = asked->n_tests / 2;
        second.tests += first.n_tests;
        second.n_tests -= first.n_tests;
        call(calls, &first);
        call(calls, &second);
    } else {
        add_none(calls->runs, asked, &confinement, &end);
    }
    free(end.output);
    free(folder);
}

struct end_of_command call_run(struct runs *runs, const struct asked *asked,
                               const struct work *work, int jobs)
{
    struct calls calls = { .runs = runs,
                           .work = work,
                           .jobs = jobs,
                           .left = MOST_CALLS,
                           .until_s = 2.0 * wall_s(asked, jobs) };
    call(&calls, asked);
    return calls.sum;
}
