// Stacks of the running process. A thread can walk only its own stack, so each
// is sent a signal whose handler walks it.
//
// Used when a test has failed already, so it may be slow, and may interrupt.
#include "tester/stacks.h"

#include "rt/alloc.h"
#include "rt/clock.h"
#include "tester/frames.h"

#include <dirent.h>
#include <execinfo.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_FRAMES    40
#define WALK_SIGNAL   (SIGRTMIN + 3)
#define WALK_LIMIT_MS 200  // A thread that blocks signals is passed over.

// The one walk that is under way; stacks_print_all does one at a time.
static struct {
    atomic_int tid;  // Whose stack is wanted: a late answer of another is void.
    void *frames[MAX_FRAMES];
    int count;
    atomic_bool done;
} walk;

static void walk_own_stack(int signal_number)
{
    (void)signal_number;
    if ((int)syscall(SYS_gettid) != atomic_load(&walk.tid))
        return;
    walk.count = backtrace(walk.frames, MAX_FRAMES);
    atomic_store(&walk.done, true);
}

void stacks_init(void)
{
    // The first backtrace() loads a library, which a handler must not do.
    void *frame;
    backtrace(&frame, 1);
    struct sigaction action = { .sa_handler = walk_own_stack,
                                .sa_flags = SA_RESTART };
    sigaction(WALK_SIGNAL, &action, NULL);
}

// ---- All threads ----

// Calls visit(tid) for every thread of the process.
static int for_each_thread(void (*visit)(pid_t tid, void *arg), void *arg)
{
    DIR *tasks = opendir("/proc/self/task");
    int count = 0;
    struct dirent *entry;
    while (tasks != NULL && (entry = readdir(tasks)) != NULL) {
        pid_t tid = atoi(entry->d_name);
        if (tid == 0)
            continue;  // "." and ".."
        count++;
        if (visit != NULL)
            visit(tid, arg);
    }
    if (tasks != NULL)
        closedir(tasks);
    return count;
}

int stacks_count_threads(void)
{
    return for_each_thread(NULL, NULL);
}

static void read_name(pid_t tid, char name[32])
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/comm", (int)tid);
    snprintf(name, 32, "?");
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return;
    if (fgets(name, 32, file) != NULL)
        name[strcspn(name, "\n")] = '\0';
    fclose(file);
}

static bool walk_thread(pid_t tid)
{
    atomic_store(&walk.done, false);
    atomic_store(&walk.tid, tid);
    if (syscall(SYS_tgkill, getpid(), tid, WALK_SIGNAL) != 0)
        return false;
    for (int ms = 0; ms < WALK_LIMIT_MS && !atomic_load(&walk.done); ms++)
        sleep_ms(1);
    return atomic_load(&walk.done);
}

static void print_thread(pid_t tid, void *symbols)
{
    if (tid == (pid_t)syscall(SYS_gettid))
        return;
    char name[32];
    read_name(tid, name);
    fprintf(stderr, "  thread %d \"%s\"\n", (int)tid, name);
    if (!walk_thread(tid)) {
        fprintf(stderr, "    (does not answer)\n");
        return;
    }
    for (int k = 2; k < walk.count; k++) {  // Without handler and trampoline.
        struct symbol place = symbols_find_frame(symbols, walk.frames, k);
        if (place.file != NULL)
            fprintf(stderr, "    %s (%s:%d)\n", place.function, place.file,
                    place.line);
        else if (place.function[0] != '?' && place.function[0] != '_')
            fprintf(stderr, "    %s\n", place.function);
    }
}

void stacks_print_all(void)
{
    fprintf(stderr, "Where the threads stand, innermost call first:\n");
    struct symbols *symbols = symbols_open();
    for_each_thread(print_thread, symbols);
    symbols_close(symbols);
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
    char name[32], place[400];
    read_name(tid, name);
    if (search->found ||
        strncmp(name, search->prefix, strlen(search->prefix)) != 0 ||
        !walk_thread(tid) ||
        !frames_describe(search->symbols, walk.frames, walk.count, place,
                         sizeof place))
        return;
    search->found = true;
    snprintf(search->text, search->size, "\"%s\" in %s", name, place);
}

bool stacks_describe_thread(const char *prefix, char *text, size_t size)
{
    struct search search = { prefix, text, size, symbols_open(), false };
    for_each_thread(look_at_thread, &search);
    symbols_close(search.symbols);
    return search.found;
}
