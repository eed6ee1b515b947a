// Command lines of `lab` and `simlab`. Each is accepted, or refused with one
// line and status 2. Nothing else may happen.
#include "runner/options.h"
#include "runner/output.h"
#include "runner/world.h"
#include "tests/fuzz/input.h"

#include <getopt.h>
#include <setjmp.h>
#include <string.h>

enum { MOST_WORDS = 16, MOST_CHARS = 64 };

static const char *const known[] = {
    "--suite",      "--test",  "--runs",   "--jobs",    "--limit",
    "--until",      "--logs",  "--list",   "--table",   "--criterion",
    "--first",      "--hash",  "--policy", "--replay",  "--help",
    "--os-threads", "--tape",  "--hunt",   "--minutes", "--share",
    "--save-tape",  "--bound", "--merge",  "failure",   "finding",
    "2A",           "raft_2B", "one",      "o",         "--runs=3",
    "--",
};
#define N_KNOWN (sizeof known / sizeof *known)

// ---- Functions that options.c needs ----

const bool world_is_simulated = true;
const bool world_is_isolated = false;

bool world_knows_policy(const char *name)
{
    return strcmp(name, "pos") == 0;
}

bool world_has_access_points(void)
{
    return false;
}

static struct lab_test tests[] = {
    { "raft_2A", "one", NULL, &tests[1] },
    { "raft_2A", "one_more", NULL, &tests[2] },
    { "raft_2B", "one", NULL, &tests[3] },
    { "sim_2B", "other", NULL, NULL },
};

struct lab_test *lab_test_first(void)
{
    return tests;
}

int output_end(int status)
{
    return status;
}

bool output_write(const char *path, output_put *put, const void *self)
{
    (void)path;
    (void)put;
    (void)self;
    must(!"the options write no file");
    return false;
}

// ---- exit ends the input, not the program ----

static jmp_buf at_exit;
static bool reads;

_Noreturn void __real_exit(int status);
_Noreturn void __wrap_exit(int status);
void __wrap_exit(int status)
{
    if (!reads)
        __real_exit(status);
    must(status == EXIT_BAD_INPUT || status == EXIT_SUCCESS);
    longjmp(at_exit, 1);
}

static void take_argument(struct input *input, char text[MOST_CHARS])
{
    size_t kind = take_byte(input);
    if (kind < N_KNOWN) {
        strcpy(text, known[kind]);
        return;
    }
    struct bytes any = take_bytes(input, kind % MOST_CHARS);
    if (any.len > 0)
        memcpy(text, any.data, any.len);
    text[any.len] = '\0';
}

static void read_line(int argc, char **argv)
{
    struct options options = options_read(argc, argv);
    must(options.n_tests >= 1);
    must(options.runs >= 1 && options.limit_s >= 1 && options.first_seed >= 1);
    must(options.jobs >= 1 && options.jobs <= MAX_JOBS);
    must(options_seed(&options, options.runs) >= options.first_seed);
    options_free(&options);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char words[MOST_WORDS][MOST_CHARS];
    char *argv[MOST_WORDS + 2] = { "lab" };
    struct input input = { data, size };
    int argc = 1;
    while (input.left > 0 && argc <= MOST_WORDS) {
        take_argument(&input, words[argc - 1]);
        argv[argc] = words[argc - 1];
        argc++;
    }
    optind = 0;  // glibc's getopt begins again.
    reads = true;
    if (setjmp(at_exit) == 0)
        read_line(argc, argv);
    reads = false;
    return 0;
}
