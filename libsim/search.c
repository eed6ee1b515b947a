// Runs many seeds, each in a child process, as many at a time as there are
// processors. Failures whose messages are alike, but for numbers, are of one
// kind; the lowest seed of each kind is shown. Ctrl-C ends it early.
#include "libsim/internal.h"
#include "rt/clean.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_KINDS    20
#define MAX_KEPT     4000  // Bytes of a run's output.
#define MAX_LINES    20    // Of these.
#define MOST_WRITTEN ((rlim_t)256 << 20)

// A run may report that it takes too long by itself; after so many seconds more
// it is killed.
#define GRACE_S 15

// A place for a run: its process, and what is shared with it.
struct slot {
    pid_t pid;  // 0: no run.
    uint64_t seed;
    time_t began_s;
    bool was_killed;
    struct outcome *outcome;
    int output;  // A file in memory, to which the run prints.
};

struct failure {
    uint64_t seed;
    uint64_t hash;
    int status;  // Of waitpid.
    int runs;
    char message[sizeof((struct outcome *)0)->message];
    char output[MAX_KEPT + 1];  // The end of it.
};

struct search {
    const struct settings *settings;
    const struct program *program;
    struct slot *slots;
    int passed;
    int failed;
    struct failure *kinds[MAX_KINDS];
    int n_kinds;
    int of_other_kinds;  // Failures, when there are too many kinds.
};

static volatile sig_atomic_t interrupted;

static time_t now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

// ---- One run ----

static void prepare_slot(struct slot *slot)
{
    slot->outcome = mmap(NULL, sizeof *slot->outcome, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    slot->output = memfd_create("output", MFD_CLOEXEC);
    if (slot->outcome == MAP_FAILED || slot->output < 0)
        settings_refuse("the system has no memory for another run: %s; "
                        "SIM_JOBS=1 runs one at a time",
                        strerror(errno));
}

static void begin_output(const struct slot *slot)
{
    dup2(slot->output, STDOUT_FILENO);
    dup2(slot->output, STDERR_FILENO);
    struct rlimit most = { MOST_WRITTEN, MOST_WRITTEN };
    setrlimit(RLIMIT_FSIZE, &most);  // A loop that prints ends.
}

static void start(const struct search *search, struct slot *slot, uint64_t seed)
{
    memset(slot->outcome, 0, sizeof *slot->outcome);
    ftruncate(slot->output, 0);
    lseek(slot->output, 0, SEEK_SET);
    slot->seed = seed;
    slot->began_s = now_s();
    slot->was_killed = false;
    fflush(NULL);  // Else the child would print it, too.
    slot->pid = fork();
    if (slot->pid < 0)
        settings_refuse("the system starts no more processes: %s",
                        strerror(errno));
    if (slot->pid != 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGINT, SIG_DFL);
    begin_output(slot);
    run(search->settings, search->program, seed, slot->outcome);
}

// Reads the end of what the run printed.
static void read_output(int file, char *text)
{
    off_t size = lseek(file, 0, SEEK_END);
    off_t from = size > MAX_KEPT ? size - MAX_KEPT : 0;
    ssize_t n = pread(file, text, MAX_KEPT, from);
    text[n > 0 ? n : 0] = '\0';
    clean_text(text, strlen(text));
}

// A sanitizer's report has a summary, and then a legend, which is cut off.
// Returns the summary; NULL if there is none.
static const char *find_summary(char *output)
{
    static const char begin[] = "SUMMARY: ";
    char *summary = strstr(output, begin);
    if (summary == NULL)
        return NULL;
    summary += sizeof begin - 1;
    summary[strcspn(summary, "\n")] = '\0';
    return summary;
}

// Describes the run's failure, whose status is not 0.
static void judge(const struct slot *slot, int limit_s, struct failure *failure)
{
    char *text = failure->message;
    size_t size = sizeof failure->message;
    int status = failure->status;
    const char *summary = find_summary(failure->output);
    if (slot->outcome->has_message)
        snprintf(text, size, "%s", slot->outcome->message);
    else if (slot->was_killed)
        snprintf(text, size, "still ran after %d s of real time", limit_s);
    else if (summary != NULL)
        snprintf(text, size, "%s", summary);
    else if (WIFSIGNALED(status))
        snprintf(text, size, "ended by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else
        snprintf(text, size, "exits with status %d", WEXITSTATUS(status));
    clean_text(text, strlen(text));
}

// ---- Kinds of failures ----

// Compares the first lines, up to the numbers in them.
static bool is_alike(const char *a, const char *b)
{
    while (*a == *b && *a != '\0' && *a != '\n') {
        a++;
        b++;
        while (isdigit((unsigned char)*a))
            a++;
        while (isdigit((unsigned char)*b))
            b++;
    }
    return *a == *b;
}

static struct failure *find_kind(const struct search *search,
                                 const struct failure *failure)
{
    for (int i = 0; i < search->n_kinds; i++) {
        struct failure *kind = search->kinds[i];
        if (kind->status == failure->status &&
            is_alike(kind->message, failure->message))
            return kind;
    }
    return NULL;
}

static void note_failure(struct search *search, const struct failure *failure)
{
    search->failed++;
    struct failure *kind = find_kind(search, failure);
    if (kind == NULL && search->n_kinds == MAX_KINDS) {
        search->of_other_kinds++;
        return;
    }
    if (kind == NULL) {
        kind = calloc(1, sizeof *kind);
        if (kind == NULL)
            settings_refuse("out of memory");
        search->kinds[search->n_kinds++] = kind;
    }
    int runs = kind->runs + 1;
    if (runs == 1 || failure->seed < kind->seed)
        *kind = *failure;
    kind->runs = runs;
}

// ---- All runs ----

// After Ctrl-C the runs under way do not count.
static void note_end(struct search *search, struct slot *slot, int status)
{
    static struct failure failure;
    slot->pid = 0;
    if (interrupted)
        return;
    if (status == 0 && !slot->outcome->has_message) {
        search->passed++;
        return;
    }
    failure = (struct failure){ .seed = slot->seed,
                                .hash = slot->outcome->hash,
                                .status = status };
    read_output(slot->output, failure.output);
    judge(slot, search->settings->real_limit_s, &failure);
    note_failure(search, &failure);
}

// Kills the runs that take too long; all of them after Ctrl-C.
static void kill_runs(const struct search *search)
{
    time_t limit_s = search->settings->real_limit_s + GRACE_S;
    for (int i = 0; i < search->settings->jobs; i++) {
        struct slot *slot = &search->slots[i];
        if (slot->pid == 0)
            continue;
        if (interrupted || now_s() - slot->began_s > limit_s) {
            slot->was_killed = true;
            kill(slot->pid, SIGKILL);
        }
    }
}

// Waits until a run has ended. The alarm interrupts the wait each second.
static void await_one(struct search *search)
{
    int status;
    pid_t pid = waitpid(-1, &status, 0);
    if (pid < 0)
        kill_runs(search);
    for (int i = 0; i < search->settings->jobs; i++) {
        if (pid > 0 && search->slots[i].pid == pid)
            note_end(search, &search->slots[i], status);
    }
}

static struct slot *free_slot(struct search *search)
{
    for (int i = 0; i < search->settings->jobs; i++) {
        if (search->slots[i].pid == 0)
            return &search->slots[i];
    }
    return NULL;
}

static int count_running(const struct search *search)
{
    int n = 0;
    for (int i = 0; i < search->settings->jobs; i++)
        n += search->slots[i].pid != 0;
    return n;
}

// In a terminal, once a second.
static void show_progress(const struct search *search)
{
    static time_t shown_s;
    if (!isatty(STDERR_FILENO) || shown_s == now_s())
        return;
    shown_s = now_s();
    fprintf(stderr, "\r%d of %d runs, %d failed ",
            search->passed + search->failed, search->settings->seeds,
            search->failed);
}

static void run_seeds(struct search *search)
{
    for (int i = 0; i < search->settings->seeds && !interrupted; i++) {
        while (free_slot(search) == NULL)
            await_one(search);
        start(search, free_slot(search), search->settings->first + (uint64_t)i);
        show_progress(search);
    }
    while (count_running(search) > 0) {
        await_one(search);
        show_progress(search);
    }
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%40s\r", "");
}

static void wake(int number)
{
    interrupted |= number == SIGINT;
}

static void catch_signals(void)
{
    struct sigaction action = { .sa_handler = wake };
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGALRM, &action, NULL);
    struct itimerval second = { { .tv_sec = 1 }, { .tv_sec = 1 } };
    setitimer(ITIMER_REAL, &second, NULL);
}

// ---- The report ----

// The last lines of a text, which may end without a newline.
static const char *last_lines(const char *text)
{
    const char *at = text + strlen(text);
    for (int n = 0; at > text; at--) {
        if (at[-1] == '\n' && at[0] != '\0' && ++n == MAX_LINES)
            break;
    }
    return at;
}

static void print_output(const char *text)
{
    const char *end = last_lines(text);
    printf("  its output%s:\n",
           end > text || strlen(text) == MAX_KEPT ? ", the end" : "");
    text = end;
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        printf("    %.*s\n", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

// Does the seed fail in the same way again?
static bool is_repeatable(const struct search *search,
                          const struct failure *failure)
{
    static struct search again;
    again = (struct search){
        .settings = search->settings,
        .program = search->program,
        .slots = search->slots,
    };
    start(&again, &again.slots[0], failure->seed);
    while (count_running(&again) > 0)
        await_one(&again);
    return again.n_kinds == 1 && again.kinds[0]->hash == failure->hash &&
           strcmp(again.kinds[0]->message, failure->message) == 0;
}

static void print_failure(const struct search *search,
                          const struct failure *failure)
{
    char **argv = search->program->argv;
    printf("\nFAILED seed %llu", (unsigned long long)failure->seed);
    if (failure->runs > 1)
        printf(" and %d more", failure->runs - 1);
    printf(": %s\n", failure->message);
    if (failure->output[0] != '\0')
        print_output(failure->output);
    if (!is_repeatable(search, failure))
        printf("  It ends otherwise when it is run again: the program depends "
               "on what is not simulated,\n  such as an address, or memory "
               "that was never set.\n");
    printf("  replay it: ");
    settings_print_replay(failure->seed, argv, false);
    printf("  in gdb:    ");
    settings_print_replay(failure->seed, argv, true);
}

static int by_seed(const void *a, const void *b)
{
    const struct failure *left = *(struct failure *const *)a;
    const struct failure *right = *(struct failure *const *)b;
    return (left->seed > right->seed) - (left->seed < right->seed);
}

static const char *name_of(const struct program *program)
{
    const char *path = program->argc > 0 ? program->argv[0] : "program";
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static void print_summary(const struct search *search, bool was_interrupted)
{
    const struct settings *settings = search->settings;
    uint64_t last = settings->first + (uint64_t)settings->seeds - 1;
    int ended = search->passed + search->failed;
    printf("%s: ", name_of(search->program));
    if (search->failed == 0)
        printf("all %d runs passed", ended);
    else
        printf("%d of %d runs failed", search->failed, ended);
    if (was_interrupted)
        printf(", and then Ctrl-C came (from seed %llu on",
               (unsigned long long)settings->first);
    else
        printf(" (seeds %llu to %llu", (unsigned long long)settings->first,
               (unsigned long long)last);
    if (strcmp(settings->policy, "uniform") != 0)
        printf(", %s", settings->policy);
    printf(")\n");
}

int search(const struct settings *settings, const struct program *program)
{
    static struct search all;
    all = (struct search){ .settings = settings, .program = program };
    all.slots = calloc((size_t)settings->jobs, sizeof *all.slots);
    if (all.slots == NULL)
        settings_refuse("out of memory");
    for (int i = 0; i < settings->jobs; i++)
        prepare_slot(&all.slots[i]);
    catch_signals();
    run_seeds(&all);
    bool was_interrupted = interrupted != 0;
    interrupted = 0;
    signal(SIGINT, SIG_DFL);
    print_summary(&all, was_interrupted);
    qsort(all.kinds, (size_t)all.n_kinds, sizeof all.kinds[0], by_seed);
    for (int i = 0; i < all.n_kinds; i++)
        print_failure(&all, all.kinds[i]);
    if (all.of_other_kinds > 0)
        printf("\nand %d failures of other kinds\n", all.of_other_kinds);
    if (was_interrupted) {
        fflush(NULL);
        raise(SIGINT);
    }
    return all.failed > 0 ? 1 : 0;
}
