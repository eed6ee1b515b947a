// Reads the command line, and chooses the tests that it names.
#include "runner/options.h"

#include "rt/alloc.h"
#include "runner/deviations.h"
#include "runner/output.h"
#include "runner/taping.h"
#include "runner/world.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_RUNS    1000000
#define MAX_LIMIT_S 100000
#define MIN_MINUTES 0.01
#define MAX_MINUTES 100000
#define MAX_SHARES  10000

// The values of an option that may be given several times.
struct words {
    const char **word;
    int count;
};

static const char usage[] =
    "usage: lab [options]             run the tests, each in its own process\n"
    "       lab --criterion [options] leave it to Criterion (see "
    "--criterion --help)\n"
    "\n"
    "  --suite 2A       only this suite; may be repeated\n"
    "  --test TEXT      only the test of this name, or those whose name "
    "contains\n"
    "                   TEXT; SUITE/NAME as --list has it; may be repeated\n"
    "  --runs N         each test N times, and count (default 1)\n"
    "  --jobs N         N runs side by side (default 1)\n"
    "  --limit SECONDS  how long a test may take (default 120)\n"
    "  --until failure  start no more runs when one has failed; with\n"
    "                   \"finding\": has failed otherwise than by a crash or "
    "exit\n"
    "  --logs DIR       where the output of failing runs is kept, if --runs\n"
    "                   or --jobs is given (default build/logs)\n"
    "  --record DIR     keep the record of each run there (default: of each\n"
    "                   test's first failing run, beside its output)\n"
    "  --view PROGRAM   the program that says in the end why a test failed,\n"
    "                   from its record\n"
    "  --page PROGRAM   makes the page of each record that is kept, on its\n"
    "                   output (page/write)\n"
    "  --csv FILE       write the figures there, a row a run\n"
    "  --json FILE      the same as JSON\n"
    "  --list           only list the tests\n"
    "  --table          show the figures beside MIT's\n"
    "\n"
    "in isolab:\n"
    "  --peer PROGRAM   runs each life of a server (needed)\n"
    "  --object FILE    the Raft, as a shared object (needed)\n"
    "  --layout FILE    its messages: its raft.x, or the given one (needed)\n"
    "  --raft DIR       its folder, and\n"
    "  --digest HEX     SHA-256 of its files, for records\n"
    "\n"
    "in the simulator:\n"
    "  --first SEED     the first run's seed (default 1); the next has the "
    "next\n"
    "  --hash           print each run's hash over all that happened\n"
    "  --policy NAME    how the next thread is chosen: uniform (default), "
    "pct,\n"
    "                   pct:DEPTH or pos\n"
    "  --tape FILE      repeat the run of this tape, which has its test\n"
    "  --save-tape FILE write the tape of a run there\n"
    "  --bound N        make all runs with at most N deviations (1 or 2) from "
    "the\n"
    "                   calm one, in which nothing is drawn\n"
    "  --threads        records tell the turns, waits and locks of the "
    "servers'\n"
    "                   threads, too\n"
    "  --os-threads     make simulated threads threads of the system\n"
    "  --replay TEXT    the command that replays a run, but for T= and SEED=\n"
    "  --hunt DIR       look for failures, all policies by turns; the journal\n"
    "                   and the pages are kept there\n"
    "  --minutes M      for so long (default 10)\n"
    "  --share I/N      of the seeds only the I-th of N parts, and no pages\n"
    "  --shrink PROGRAM shrinks what is found, as `shrink` does\n"
    "  --merge FILE     only join this journal to that of the hunt; may be\n"
    "                   repeated\n"
    "\n"
    "  --help           this text\n"
    "\n"
    "exit status: 0 all passed, 1 some failed, 2 bad options, 3 some were\n"
    "inconclusive, though each ran twice, and none failed\n";

enum {
    SUITE = 1000,
    TEST,
    RUNS,
    JOBS,
    LIMIT,
    UNTIL,
    LOGS,
    RECORD,
    VIEW,
    PAGE,
    CSV,
    JSON,
    LIST,
    TABLE,
    CRITERION,
    PEER,
    OBJECT,
    LAYOUT,
    RAFT,
    DIGEST,
    FIRST,
    HASH,
    POLICY,
    OS_THREADS,
    THREADS,
    TAPE,
    SAVE_TAPE,
    BOUND,
    REPLAY,
    HUNT,
    MINUTES,
    SHARE,
    SHRINK,
    MERGE,
    HELP
};

static const struct option long_options[] = {
    { "suite", required_argument, NULL, SUITE },
    { "test", required_argument, NULL, TEST },
    { "runs", required_argument, NULL, RUNS },
    { "jobs", required_argument, NULL, JOBS },
    { "limit", required_argument, NULL, LIMIT },
    { "until", required_argument, NULL, UNTIL },
    { "logs", required_argument, NULL, LOGS },
    { "record", required_argument, NULL, RECORD },
    { "view", required_argument, NULL, VIEW },
    { "page", required_argument, NULL, PAGE },
    { "csv", required_argument, NULL, CSV },
    { "json", required_argument, NULL, JSON },
    { "list", no_argument, NULL, LIST },
    { "table", no_argument, NULL, TABLE },
    { "criterion", no_argument, NULL, CRITERION },
    { "peer", required_argument, NULL, PEER },
    { "object", required_argument, NULL, OBJECT },
    { "layout", required_argument, NULL, LAYOUT },
    { "raft", required_argument, NULL, RAFT },
    { "digest", required_argument, NULL, DIGEST },
    { "first", required_argument, NULL, FIRST },
    { "hash", no_argument, NULL, HASH },
    { "policy", required_argument, NULL, POLICY },
    { "os-threads", no_argument, NULL, OS_THREADS },
    { "threads", no_argument, NULL, THREADS },
    { "tape", required_argument, NULL, TAPE },
    { "save-tape", required_argument, NULL, SAVE_TAPE },
    { "bound", required_argument, NULL, BOUND },
    { "replay", required_argument, NULL, REPLAY },
    { "hunt", required_argument, NULL, HUNT },
    { "minutes", required_argument, NULL, MINUTES },
    { "share", required_argument, NULL, SHARE },
    { "shrink", required_argument, NULL, SHRINK },
    { "merge", required_argument, NULL, MERGE },
    { "help", no_argument, NULL, HELP },
    { NULL, 0, NULL, 0 },
};

int options_number(const char *option, const char *text, int max)
{
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || number < 1 || number > max)
        bad_input("lab", "%s wants a number from 1 to %d, not \"%s\"", option,
                  max, text);
    return (int)number;
}

static const char *name_of(int option)
{
    const struct option *o = long_options;
    while (o->val != option)
        o++;
    return o->name;
}

static enum until read_until(const char *word)
{
    if (strcmp(word, "failure") == 0)
        return UNTIL_FAILURE;
    if (strcmp(word, "finding") == 0)
        return UNTIL_FINDING;
    bad_input("lab", "--until wants \"failure\" or \"finding\", not \"%s\"",
              word);
}

const char *suite_label(const char *suite)
{
    const char prefix[] = "raft_";
    size_t len = strlen(prefix);
    return strncmp(suite, prefix, len) == 0 ? suite + len : suite;
}

// Is this the test's suite: its whole name, or its short one ("2A")?
static bool is_suite(const struct lab_test *test, const char *word)
{
    return strcmp(test->suite, word) == 0 ||
           strcmp(suite_label(test->suite), word) == 0;
}

// Is this what --list calls the test, SUITE/NAME? The short name of the suite
// will do.
static bool is_listed_as(const struct lab_test *test, const char *word)
{
    const char *slash = strchr(word, '/');
    if (slash == NULL || strcmp(slash + 1, test->name) != 0)
        return false;
    char *suite = alloc_format("%.*s", (int)(slash - word), word);
    bool found = is_suite(test, suite);
    free(suite);
    return found;
}

static bool is_in_suites(const struct lab_test *test, struct words suites)
{
    bool found = suites.count == 0;
    for (int i = 0; i < suites.count; i++)
        found = found || is_suite(test, suites.word[i]);
    return found;
}

static bool is_a_name(const char *word, struct words suites)
{
    bool found = false;
    for (struct lab_test *t = lab_test_first(); t != NULL; t = t->next)
        found =
            found || (is_in_suites(t, suites) && strcmp(t->name, word) == 0);
    return found;
}

// Is this the whole name of a test in these suites? Then it does not choose
// other tests whose names contain it.
static bool has_name(const struct lab_test *test, struct words names,
                     struct words suites)
{
    bool found = names.count == 0;
    for (int i = 0; i < names.count; i++) {
        const char *word = names.word[i];
        found = found || strcmp(test->name, word) == 0 ||
                is_listed_as(test, word) ||
                (!is_a_name(word, suites) && strstr(test->name, word) != NULL);
    }
    return found;
}

// Is this the first test of its suite? Tests of one suite can come from several
// files.
static bool is_first_of_suite(const struct lab_test *test)
{
    struct lab_test *t = lab_test_first();
    while (strcmp(t->suite, test->suite) != 0)
        t = t->next;
    return t == test;
}

static void check_suite(const char *word)
{
    for (struct lab_test *t = lab_test_first(); t != NULL; t = t->next) {
        if (is_suite(t, word))
            return;
    }
    fprintf(stderr, "lab: there is no suite \"%s\"; the suites are", word);
    for (struct lab_test *t = lab_test_first(); t != NULL; t = t->next) {
        if (is_first_of_suite(t))
            fprintf(stderr, " %s", suite_label(t->suite));
    }
    fputc('\n', stderr);
    exit(EXIT_BAD_INPUT);
}

// " in the suites 2A 2B"; "" if none was named. It lives to the end of the
// program.
static char *in_suites(struct words suites)
{
    char *text = alloc_string(suites.count > 1   ? " in the suites"
                              : suites.count > 0 ? " in the suite"
                                                 : "");
    for (int i = 0; i < suites.count; i++) {
        char *longer = alloc_format("%s %s", text, suites.word[i]);
        free(text);
        text = longer;
    }
    return text;
}

static void check_name(const char *word, struct words suites)
{
    for (struct lab_test *t = lab_test_first(); t != NULL; t = t->next) {
        if (is_in_suites(t, suites) &&
            (strstr(t->name, word) != NULL || is_listed_as(t, word)))
            return;
    }
    bad_input("lab",
              "no test's name contains \"%s\"%s; \"%s --list\" lists them",
              word, in_suites(suites), program_invocation_name);
}

static void choose_tests(struct options *options, struct words suites,
                         struct words names)
{
    for (int i = 0; i < suites.count; i++)
        check_suite(suites.word[i]);
    for (int i = 0; i < names.count; i++)
        check_name(names.word[i], suites);

    for (struct lab_test *t = lab_test_first(); t != NULL; t = t->next) {
        if (!is_in_suites(t, suites) || !has_name(t, names, suites))
            continue;
        options->tests =
            alloc_resize(options->tests, (size_t)options->n_tests + 1,
                         sizeof(*options->tests));
        options->tests[options->n_tests++] = t;
    }
    if (options->n_tests == 0)
        bad_input("lab", "there are no tests in this program");
}

static void add_word(struct words *words, const char *word, const char *option)
{
    if (*word == '\0')
        bad_input("lab", "%s wants a name, not \"\"; leave it out for all",
                  option);
    words->word = alloc_resize(words->word, (size_t)words->count + 1,
                               sizeof(*words->word));
    words->word[words->count++] = word;
}

_Noreturn static void say_usage(void)
{
    fputs(usage, stdout);
    exit(output_end(EXIT_SUCCESS));
}

static double read_minutes(const char *text)
{
    char *end;
    double minutes = strtod(text, &end);
    bool is_number = end != text && *end == '\0';
    if (!is_number || !(minutes >= MIN_MINUTES && minutes <= MAX_MINUTES))
        bad_input("lab",
                  "--minutes (make's MINUTES=) wants a number from %g to %d, "
                  "not \"%s\"",
                  MIN_MINUTES, MAX_MINUTES, text);
    return minutes;
}

static void read_share(const char *text, struct options *options)
{
    int end = 0;
    options->has_share = true;
    int n = sscanf(text, "%9d/%9d%n", &options->share, &options->shares, &end);
    if (n != 2 || text[end] != '\0' || options->share < 1 ||
        options->share > options->shares || options->shares > MAX_SHARES)
        bad_input("lab", "--share wants I/N, such as 3/64, not \"%s\"", text);
}

static void read_hunt_option(int option, struct options *options)
{
    switch (option) {
    case HUNT:
        options->hunt = optarg;
        break;
    case MINUTES:
        options->minutes = read_minutes(optarg);
        break;
    case SHARE:
        read_share(optarg, options);
        break;
    case SHRINK:
        options->shrink = optarg;
        break;
    default:
        options->merge =
            alloc_resize(options->merge, (size_t)options->n_merge + 1,
                         sizeof(*options->merge));
        options->merge[options->n_merge++] = optarg;
        break;
    }
}

static void read_sim_option(int option, struct options *options)
{
    if (!world_is_simulated)
        bad_input("lab",
                  "--%s is for the simulator; this program runs in real time",
                  name_of(option));
    switch (option) {
    case FIRST:
        options->first_seed =
            options_number("--first (make's FIRST=, SEED=)", optarg, MAX_SEED);
        break;
    case HASH:
        options->hash = true;
        break;
    case POLICY:
        if (!world_knows_policy(optarg))
            bad_input("lab",
                      "--policy (make's POLICY=) wants uniform, pct, "
                      "pct:DEPTH with a depth from 1 to 100, or pos, not "
                      "\"%s\"",
                      optarg);
        options->policy = optarg;
        break;
    case OS_THREADS:
        options->os_threads = true;
        break;
    case THREADS:
        options->threads = true;
        break;
    case HUNT:
    case MINUTES:
    case SHARE:
    case SHRINK:
    case MERGE:
        read_hunt_option(option, options);
        break;
    case TAPE:
        options->tape = optarg;
        break;
    case SAVE_TAPE:
        options->save_tape = optarg;
        break;
    case BOUND:
        options->bound =
            options_number("--bound (make's BOUND=)", optarg, MAX_BOUND);
        break;
    default:
        options->replay = optarg;
        break;
    }
}

static void read_isolated_option(int option, char **argv,
                                 struct options *options)
{
    if (!world_is_isolated)
        bad_input("lab",
                  "%s is for isolab; here servers are no processes of their "
                  "own",
                  argv[optind - 1]);
    if (option == PEER)
        options->peer = optarg;
    else if (option == OBJECT)
        options->object = optarg;
    else if (option == LAYOUT)
        options->layout = optarg;
    else if (option == RAFT)
        options->raft = optarg;
    else
        options->digest = optarg;
}

// Reads an option whose value is a path.
static void read_path(int option, struct options *options)
{
    if (option == LOGS)
        options->logs = optarg;
    else if (option == RECORD)
        options->records = optarg;
    else if (option == VIEW)
        options->view = optarg;
    else if (option == PAGE)
        options->page = optarg;
    else if (option == CSV)
        options->csv = optarg;
    else
        options->json = optarg;
}

_Noreturn static void refuse_option(int option, char **argv)
{
    if (option == ':')
        bad_input("lab", "%s wants a value; see lab --help", argv[optind - 1]);
    if (optopt > 0 && optopt < SUITE)
        bad_input("lab", "unknown option \"-%c\"; see lab --help", optopt);
    bad_input("lab", "unknown option \"%s\"; see lab --help", argv[optind - 1]);
}

// Applies one option, as getopt_long returns it.
static void read_option(int option, char **argv, struct options *options,
                        struct words *suites, struct words *names)
{
    switch (option) {
    case SUITE:
        add_word(suites, optarg, "--suite (make's SUITE=)");
        break;
    case TEST:
        add_word(names, optarg, "--test (make's T=)");
        break;
    case RUNS:
        options->runs =
            options_number("--runs (make's SEEDS=, N=)", optarg, MAX_RUNS);
        break;
    case JOBS:
        options->jobs =
            options_number("--jobs (make's JOBS=)", optarg, MAX_JOBS);
        break;
    case LIMIT:
        options->limit_s =
            options_number("--limit (make's LIMIT=)", optarg, MAX_LIMIT_S);
        break;
    case UNTIL:
        options->until = read_until(optarg);
        break;
    case LOGS:
    case RECORD:
    case VIEW:
    case PAGE:
    case CSV:
    case JSON:
        read_path(option, options);
        break;
    case LIST:
        options->list = true;
        break;
    case TABLE:
        options->table = true;
        break;
    case CRITERION:
        bad_input("lab",
                  "--criterion must be the first option; what follows it is "
                  "Criterion's");
    case PEER:
    case OBJECT:
    case LAYOUT:
    case RAFT:
    case DIGEST:
        read_isolated_option(option, argv, options);
        break;
    case FIRST:
    case HASH:
    case POLICY:
    case OS_THREADS:
    case THREADS:
    case TAPE:
    case SAVE_TAPE:
    case BOUND:
    case REPLAY:
    case HUNT:
    case MINUTES:
    case SHARE:
    case SHRINK:
    case MERGE:
        read_sim_option(option, options);
        break;
    case HELP:
        say_usage();
    default:
        refuse_option(option, argv);
    }
}

static bool is_for_hunts(int option)
{
    return option == MINUTES || option == SHARE || option == SHRINK ||
           option == MERGE;
}

static bool is_not_for_hunts(int option)
{
    return option == RUNS || option == CSV || option == JSON || option == TABLE;
}

static bool is_not_for_bounds(int option)
{
    switch (option) {
    case HUNT:
    case UNTIL:
    case CSV:
    case JSON:
    case TABLE:
    case HASH:
    case RECORD:
    case POLICY:
    case TAPE:
    case SAVE_TAPE:
        return true;
    default:
        return false;
    }
}

static void check_option(const struct options *options, int option)
{
    const char *name = name_of(option);
    if (options->hunt == NULL && is_for_hunts(option))
        bad_input("lab", "--%s is for --hunt", name);
    if (options->bound > 0 && is_not_for_bounds(option))
        bad_input("lab", "--%s is not for --bound (make's BOUND=)", name);
    if (options->hunt != NULL && is_not_for_hunts(option))
        bad_input("lab", "--%s is not for --hunt", name);
}

// Refuses options that would do nothing. `given` has a bit for each option that
// was given, from SUITE on.
static void check_options(const struct options *options, uint64_t given)
{
    for (const struct option *o = long_options; o->name != NULL; o++) {
        if ((given >> (o->val - SUITE) & 1) != 0)
            check_option(options, o->val);
    }
    if (options->bound > 0 && options->runs > 1)
        bad_input("lab",
                  "--bound (make's BOUND=) makes its runs from one seed: leave "
                  "--runs (SEEDS=) out");
    if (world_is_isolated &&
        (options->peer == NULL || options->object == NULL ||
         options->layout == NULL))
        bad_input("lab",
                  "isolab wants --peer, --object and --layout; see --help");
}

// Adds the test of a tape: "raft_2B/rejoin".
static bool is_here(const char *suite, const char *name)
{
    bool found = false;
    for (struct lab_test *t = lab_test_first(); t != NULL; t = t->next)
        found = found || (is_suite(t, suite) && strcmp(t->name, name) == 0);
    return found;
}

static void add_taped(char *test, struct words *suites, struct words *names)
{
    if (suites->count > 0 || names->count > 0)
        bad_input("lab",
                  "a tape (make's TAPE=) has its test, %s: leave "
                  "--suite and --test out",
                  test);
    char *slash = strchr(test, '/');
    if (slash == NULL)
        bad_input("lab", "a tape's test is SUITE/NAME, not \"%s\"", test);
    *slash = '\0';
    if (!is_here(test, slash + 1))
        bad_input("lab",
                  "the tape is of a test that is not here, %s/%s; \"%s "
                  "--list\" lists them",
                  test, slash + 1, program_invocation_name);
    add_word(suites, test, "a tape's suite");
    add_word(names, slash + 1, "a tape's test");
}

struct options options_read(int argc, char **argv)
{
    struct options options = { .runs = 1,
                               .jobs = 1,
                               .limit_s = 120,
                               .logs = "build/logs",
                               .raft = "",
                               .digest = "",
                               .first_seed = 1,
                               .policy = "uniform",
                               .replay = "make replay",
                               .minutes = 10,
                               .share = 1,
                               .shares = 1 };
    struct words suites = { 0 };
    struct words names = { 0 };

    int option;
    uint64_t given = 0;
    while ((option = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
        read_option(option, argv, &options, &suites, &names);
        given |= UINT64_C(1) << (option - SUITE);
    }
    if (optind < argc)
        bad_input("lab",
                  "unexpected \"%s\"; choose tests with --suite and --test",
                  argv[optind]);
    check_options(&options, given);
    char *taped = taping_read(&options);
    if (taped != NULL)
        add_taped(taped, &suites, &names);
    choose_tests(&options, suites, names);
    taping_start(&options);
    free(taped);
    free(suites.word);
    free(names.word);
    return options;
}

void options_free(struct options *options)
{
    free(options->tests);
    free(options->merge);
    options->tests = NULL;
    options->merge = NULL;
}
