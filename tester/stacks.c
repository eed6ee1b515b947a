// Prints the stacks of a program that hangs. Its memory may be damaged, and any
// lock may be held for ever, malloc's too. So the threads are examined without
// allocating and without locks, and a child process prints the report: it has a
// copy of the memory, a heap of its own, and a time limit.
#include "tester/stacks.h"

#include "rt/clock.h"
#include "rt/sanitizer.h"
#include "rt/shortage.h"
#include "tester/frames.h"
#include "tester/hang.h"
#include "tester/interposed.h"
#include "tester/locks.h"
#include "tester/threads.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

// Enough for hundreds of stacks on a busy machine. With the time that
// threads_look takes, it is less than the runner's patience, which is GRACE_S
// in runner/job.c: else the runner would kill the process without a report.
#define REPORT_LIMIT_MS 8000

// Shared with the child.
struct report {
    struct threads_seen seen;
    char cause[1000];
};

void stacks_init(void)
{
    locks_forget();
    threads_init();
}

int stacks_count_threads(void)
{
    int count = threads_for_each(NULL, NULL);
    if (count < 0 && (errno == EMFILE || errno == ENFILE))
        shortage_exit(SHORTAGE_OF_FILES, errno, 0);
    return count;
}

void stacks_leave_walk(void)
{
    threads_leave_walk();
}

// ---- All threads ----

_Noreturn static void report_in_child(struct report *report)
{
    static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
    for (size_t k = 0; k < sizeof signals / sizeof *signals; k++)
        signal(signals[k], SIG_DFL);
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
#if !HAS_SANITIZER
    interposed_use_new_heap();
#endif
    hang_report(&report->seen, report->cause, sizeof report->cause);
    _exit(0);
}

// Waits for the child. False if it does not end in time.
static bool wait_for(pid_t child)
{
    int64_t deadline_ns = clock_now_ns() + REPORT_LIMIT_MS * NS_PER_MS;
    int status;
    while (waitpid(child, &status, WNOHANG) == 0) {
        if (clock_now_ns() >= deadline_ns) {
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
            return false;
        }
        sleep_ms(1);
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void say(const char *text)
{
    ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written;
}

void stacks_print_all(char *cause, size_t size)
{
    cause[0] = '\0';
    shortage_end_notes();
    struct report *report = mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (report == MAP_FAILED) {
        say("(there is no memory left to tell where the threads stand)\n");
        return;
    }
    threads_look(&report->seen);
    // Not fork(), which waits for malloc's locks.
    pid_t child = HAS_SANITIZER ? -1 : _Fork();
    if (child == 0)
        report_in_child(report);
    if (HAS_SANITIZER)
        hang_report(&report->seen, report->cause, sizeof report->cause);
    else if (child < 0 || !wait_for(child))
        say("(where the threads stand cannot be told: perhaps the program's "
            "memory is damaged)\n");
    snprintf(cause, size, "%s", report->cause);
    munmap(report, sizeof *report);
}

// ---- One thread ----

struct search {
    const char *prefix;
    char *text;
    size_t size;
    struct symbols *symbols;
    bool found;
};

static void look_at_thread(pid_t tid, void *arg)
{
    struct search *search = arg;
    char name[16], place[400];
    void *frames[MAX_FRAMES];
    threads_read_name(tid, name);
    if (search->found ||
        strncmp(name, search->prefix, strlen(search->prefix)) != 0)
        return;
    int count = threads_walk(tid, frames);
    if (count <= 0 ||
        !frames_describe(search->symbols, frames, count, place, sizeof place))
        return;
    search->found = true;
    snprintf(search->text, search->size, "\"%s\" in %s", name, place);
}

bool stacks_describe_thread(const char *prefix, char *text, size_t size)
{
    struct search search = { prefix, text, size, symbols_open(), false };
    threads_for_each(look_at_thread, &search);
    symbols_close(search.symbols);
    return search.found;
}
