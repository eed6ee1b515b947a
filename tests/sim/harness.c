// Runs the tests of the simulator: sim_tests [part of a test's name].
#include "tests/sim/harness.h"

#include "rt/shared.h"
#include "tape/tape.h"

#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct outcome *outcome;
static struct sim_test *first;
static struct sim_test **end = &first;
static bool is_child;

void sim_test_add(struct sim_test *test)
{
    *end = test;
    end = &test->next;
}

static void tell(const char *message)
{
    snprintf(outcome->message, sizeof outcome->message, "%s", message);
    outcome->hash = sim_hash();
    outcome->now_ns = sim_now_ns();
    _exit(1);
}

void fail_at(const char *file, int line, const char *what)
{
    char message[1000];
    snprintf(message, sizeof message, "%s:%d: not so: %s", file, line, what);
    if (is_child)
        tell(message);
    printf("FAILED: %s\n", message);
    printf("the last child's status was %#x, its message: %s\n",
           (unsigned)outcome->wait_status, outcome->message);
    exit(1);
}

static void run_child(void (*body)(void), const struct sim_options *options)
{
    is_child = true;
    sim_set_fail(tell);
    sim_start(options);
    body();
    outcome->returned = true;
    outcome->hash = sim_hash();
    outcome->points = sim_points();
    outcome->now_ns = sim_now_ns();
    outcome->threads_left =
        sim_finish(outcome->message, sizeof outcome->message);
    fflush(NULL);
    _exit(0);
}

const struct outcome *simulate(void (*body)(void),
                               const struct sim_options *options)
{
    memset(outcome, 0, sizeof *outcome);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        run_child(body, options);
    waitpid(pid, &outcome->wait_status, 0);
    return outcome;
}

const struct outcome *simulate_seed(void (*body)(void), uint64_t seed)
{
    struct sim_options options = { .seed = seed };
    return simulate(body, &options);
}

uint64_t first_failure(void (*body)(void), struct sim_options options,
                       uint64_t seeds)
{
    options.brief = true;
    for (options.seed = 1; options.seed <= seeds; options.seed++) {
        if (!simulate(body, &options)->returned)
            return options.seed;
    }
    return 0;
}

const char *const policies[] = { "uniform", "pct", "pos", NULL };

static uint64_t hash_of(void (*body)(void), const struct sim_options *options)
{
    simulate(body, options);
    check(outcome->returned);
    check(outcome->threads_left == 0);
    check(outcome->wait_status == 0);
    return outcome->hash;
}

// The run that repeats the tape of another is the same, without its policy.
static void check_tape(void (*body)(void), struct sim_options options)
{
    struct tape *tape = tape_make();
    options.written = tape;
    uint64_t hash = hash_of(body, &options);
    tape_sort(tape);
    options.written = NULL;
    options.repeated = tape;
    options.policy = NULL;
    check(hash_of(body, &options) == hash);
    tape_free(tape);
}

// Under all policies and on both back ends. The events must be the same on both
// back ends.
static void check_seed(void (*body)(void), uint64_t seed)
{
    for (const char *const *policy = policies; *policy != NULL; policy++) {
        uint64_t hashes[2];
        for (int back_end = SIM_FIBERS; back_end <= SIM_OS_THREADS;
             back_end++) {
            struct sim_options options = {
                .seed = seed,
                .policy = *policy,
                .back_end = (enum sim_back_end)back_end,
            };
            hashes[back_end] = hash_of(body, &options);
        }
        check(hashes[SIM_FIBERS] == hashes[SIM_OS_THREADS]);
        check_tape(body,
                   (struct sim_options){ .seed = seed, .policy = *policy });
    }
}

void check_body(void (*body)(void))
{
    for (uint64_t seed = 1; seed <= 20; seed++)
        check_seed(body, seed);
}

void check_message(const struct outcome *o, ...)
{
    va_list texts;
    va_start(texts, o);
    const char *text;
    while ((text = va_arg(texts, const char *)) != NULL) {
        if (strstr(o->message, text) == NULL) {
            printf("expected in the message: %s\n", text);
            fail_at(__FILE__, __LINE__, "the message has it");
        }
    }
    va_end(texts);
    if (getenv("SHOW_MESSAGES") != NULL)
        printf("%s\n\n", o->message);
}

pthread_t start(void *(*run)(void *), void *arg)
{
    pthread_t thread;
    check(pthread_create(&thread, NULL, run, arg) == 0);
    return thread;
}

void join(pthread_t thread)
{
    check(pthread_join(thread, NULL) == 0);
}

struct start_call {
    void *(*run)(void *);
    void *arg;
    pthread_t thread;
};

static void run_start(void *arg)
{
    struct start_call *call = arg;
    call->thread = start(call->run, call->arg);
}

pthread_t start_in(struct sim_life *life, void *(*run)(void *), void *arg)
{
    struct start_call call = { .run = run, .arg = arg };
    check(sim_life_run(life, run_start, &call));
    return call.thread;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    outcome = shared_alloc(sizeof *outcome);
    int n = 0;
    for (struct sim_test *test = first; test != NULL; test = test->next) {
        if (argc > 1 && strstr(test->name, argv[1]) == NULL)
            continue;
        printf("%s\n", test->name);
        test->run();
        n++;
    }
    printf("%d tests of the simulator passed\n", n);
    return 0;
}
