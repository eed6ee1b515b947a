#include "tester/threads.h"

#include "rt/clock.h"

#include <execinfo.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define WALK_SIGNAL (SIGRTMIN + 3)
// Then a thread, which may block signals, is skipped.
#define WALK_LIMIT_MS 200

// For the walks of all threads. Those that are left do not answer.
#define ALL_WALKS_LIMIT_MS 3000

// The time in which processor time is measured, and the part of it above which
// a thread counts as running. On a busy machine a runnable thread may get less.
#define WATCHED_MS 200
#define RUNS_S     0.02

// A backtrace in a signal handler begins with two frames: the handler, and the
// kernel's trampoline.
#define OWN_FRAMES 2

// ---- Stacks ----

// The walk of one stack. There is one at a time.
static struct {
    // The thread that shall walk its stack; minus its number once it has begun;
    // 0 if none. Late signals are ignored.
    atomic_int tid;
    void *frames[MAX_FRAMES + OWN_FRAMES];
    int count;
    atomic_bool done;
    sigjmp_buf leave;
} walk;

static __thread volatile sig_atomic_t is_walking;

static void walk_own_stack(int signal_number)
{
    (void)signal_number;
    int tid = (int)syscall(SYS_gettid);
    if (!atomic_compare_exchange_strong(&walk.tid, &(int){ tid }, -tid))
        return;
    walk.count = 0;
    memset(walk.frames, 0, sizeof walk.frames);
    is_walking = true;
    if (sigsetjmp(walk.leave, 1) == 0)
        backtrace(walk.frames, MAX_FRAMES + OWN_FRAMES);
    is_walking = false;
    // If the walk crashed, the frames found before are used.
    while (walk.count < MAX_FRAMES + OWN_FRAMES &&
           walk.frames[walk.count] != NULL)
        walk.count++;
    atomic_store(&walk.done, true);
}

void threads_leave_walk(void)
{
    if (is_walking)
        siglongjmp(walk.leave, 1);
}

void threads_init(void)
{
    // The first backtrace() loads a library. A signal handler must not do that.
    void *frame;
    backtrace(&frame, 1);
    struct sigaction action = { .sa_handler = walk_own_stack,
                                .sa_flags = SA_RESTART };
    sigaction(WALK_SIGNAL, &action, NULL);
}

static bool await_walk(void)
{
    int64_t deadline_ns = clock_now_ns() + WALK_LIMIT_MS * NS_PER_MS;
    while (!atomic_load(&walk.done) && clock_now_ns() < deadline_ns)
        usleep(50);
    return atomic_load(&walk.done);
}

// True if the thread has walked its stack. If it has begun and does not end,
// `walk` is its own for ever, and no other thread is walked.
static bool walk_or_give_up(pid_t tid)
{
    if (atomic_load(&walk.tid) != 0)
        return false;
    atomic_store(&walk.done, false);
    atomic_store(&walk.tid, tid);
    bool answered =
        syscall(SYS_tgkill, getpid(), tid, WALK_SIGNAL) == 0 && await_walk();
    if (!answered &&
        atomic_compare_exchange_strong(&walk.tid, &(int){ tid }, 0))
        return false;  // It has not begun, and will not.
    if (!answered && !await_walk())
        return false;
    atomic_store(&walk.tid, 0);
    return true;
}

int threads_walk(pid_t tid, void *frames[MAX_FRAMES])
{
    if (!walk_or_give_up(tid))
        return -1;
    int count = walk.count - OWN_FRAMES;
    if (count <= 0)
        return 0;
    memcpy(frames, walk.frames + OWN_FRAMES, (size_t)count * sizeof *frames);
    return count;
}

// ---- The system's facts about a thread ----

// Reads the beginning of a file in the thread's folder in /proc. False if there
// is none.
static bool read_file(pid_t tid, const char *file, char *text, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/%s", (int)tid, file);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, text, size - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    return n > 0;
}

void threads_read_name(pid_t tid, char name[16])
{
    if (!read_file(tid, "comm", name, 16))
        snprintf(name, 16, "?");
    name[strcspn(name, "\n")] = '\0';
}

// Reads whether the thread is in the system call futex(address, ...), and the
// address.
static void read_futex(struct thread_seen *thread)
{
    char text[200], *end;
    if (!read_file(thread->tid, "syscall", text, sizeof text) ||
        strtol(text, &end, 10) != SYS_futex || end == text)
        return;
    thread->waits_in_futex = true;
    thread->futex = (uintptr_t)strtoull(end, NULL, 16);
}

// Would it run if it had a processor? Its state's letter follows its name,
// which may have any characters.
static bool is_runnable(pid_t tid)
{
    char text[100];
    const char *name_end =
        read_file(tid, "stat", text, sizeof text) ? strrchr(text, ')') : NULL;
    return name_end != NULL && name_end[1] == ' ' && name_end[2] == 'R';
}

// The id of the clock of a thread's processor time.
static clockid_t cpu_clock(pid_t tid)
{
    return (clockid_t)(~(unsigned)tid << 3 | 6);
}

static double cpu_seconds(pid_t tid)
{
    struct timespec time;
    if (clock_gettime(cpu_clock(tid), &time) != 0)
        return -1;
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

// ---- All threads ----

struct entry {  // As returned by the system call getdents64.
    uint64_t inode;
    int64_t offset;
    unsigned short size;
    unsigned char type;
    char name[];
};

// readdir() would allocate.
int threads_for_each(void (*visit)(pid_t tid, void *arg), void *arg)
{
    int fd = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int count = 0;
    _Alignas(struct entry) char buffer[4096];
    long size;
    while ((size = syscall(SYS_getdents64, fd, buffer, sizeof buffer)) > 0) {
        for (long at = 0; at < size;) {
            const struct entry *entry = (const struct entry *)(buffer + at);
            at += entry->size;
            pid_t tid = atoi(entry->name);
            if (tid == 0)
                continue;  // "." and ".."
            count++;
            if (visit != NULL)
                visit(tid, arg);
        }
    }
    close(fd);
    return count;
}

static void note_thread(pid_t tid, void *arg)
{
    struct threads_seen *seen = arg;
    if (tid == seen->looker)
        return;
    if (seen->n == MAX_SEEN) {
        seen->n_more++;
        return;
    }
    struct thread_seen *thread = &seen->all[seen->n++];
    *thread = (struct thread_seen){ .tid = tid,
                                    .cpu_s = cpu_seconds(tid),
                                    .runs = is_runnable(tid) };
    if (tid == getpid())  // It has the program's name.
        snprintf(thread->name, sizeof thread->name, "test");
    else
        threads_read_name(tid, thread->name);
    read_futex(thread);  // Before the signal interrupts it.
}

void threads_look(struct threads_seen *seen)
{
    seen->looker = (pid_t)syscall(SYS_gettid);
    seen->n = seen->n_more = 0;
    threads_for_each(note_thread, seen);
    sleep_ms(WATCHED_MS);
    for (int k = 0; k < seen->n; k++) {
        struct thread_seen *thread = &seen->all[k];
        double before_s = thread->cpu_s;
        thread->cpu_s = cpu_seconds(thread->tid);
        double used_s = before_s >= 0 ? thread->cpu_s - before_s : 0;
        thread->stood_still = before_s >= 0 && used_s == 0;
        thread->runs = used_s >= RUNS_S ||
                       (thread->runs && used_s > 0 && is_runnable(thread->tid));
    }
    int64_t deadline_ns = clock_now_ns() + ALL_WALKS_LIMIT_MS * NS_PER_MS;
    for (int k = 0; k < seen->n; k++) {
        struct thread_seen *thread = &seen->all[k];
        int n = clock_now_ns() < deadline_ns
                    ? threads_walk(thread->tid, thread->frames)
                    : -1;
        thread->answered = n >= 0;
        thread->n_frames = n > 0 ? n : 0;
    }
}
