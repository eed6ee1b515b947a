// Starts a command, watches it, and ends it with all that it has started.
#include "grade/confine.h"

#include "grade/from_to.h"
#include "grade/room.h"
#include "grade/seconds.h"
#include "grade/take_out.h"
#include "grade/watch.h"
#include "rt/alloc.h"
#include "rt/clean.h"
#include "rt/oom.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    LOOK_MS = 20,
    STOPPED_S = 10,
    MOST_INODES = 20000,
};

struct output {
    char *text;
    size_t n, most;
    size_t dropped;
};

struct running {
    const struct confinement *confinement;
    struct room room;
    int child_fd;
    double began;
    long long oom_kills_before;
    struct output output;
    int looks_stopped;       // At which a process of it was stopped.
    int looks, looks_ready;  // At the latter a process was ready to run.
    int looks_still;         // See is_still.
    double cpu_s;            // At the last look.
    struct end_of_command end;
};

// ---- Its output ----

// Reads what there is. False at the end of file.
static bool read_output(int fd, struct output *output)
{
    char bytes[65536];
    ssize_t n = read(fd, bytes, sizeof bytes);
    if (n < 0)
        return errno == EINTR || errno == EAGAIN;
    size_t room = output->most - output->n,
           kept = (size_t)n < room ? (size_t)n : room;
    memcpy(output->text + output->n, bytes, kept);
    output->n += kept;
    output->dropped += (size_t)n - kept;
    return n > 0;
}

static char *finish_output(struct output *output)
{
    clean_text(output->text, output->n);
    output->text[output->n] = '\0';
    if (output->dropped == 0)
        return output->text;
    char *text = alloc_format("%s\n(%zu more bytes of output are left out)\n",
                              output->text, output->dropped);
    free(output->text);
    return text;
}

// ---- Limits ----

// Adds what a folder in memory holds. Is it full?
static bool is_full(int place, struct usage *usage)
{
    struct statvfs info;
    if (fstatvfs(place, &info) != 0)
        return false;
    usage->memory_kb +=
        (long)((info.f_blocks - info.f_bfree) * info.f_frsize >> 10);
    return info.f_bavail == 0 || info.f_files - info.f_ffree > MOST_INODES;
}

// Without a sandbox, the places are the disk's.
static bool wrote_too_much(const struct running *run, struct usage *usage)
{
    bool is_any_full =
        run->output.dropped >> 20 > (size_t)run->confinement->file_mb;
    for (int k = 0; run->room.init != 0 && k < run->room.n_places; k++)
        is_any_full |= is_full(run->room.places[k], usage);
    return is_any_full;
}

// A Raft that stops the program of its tests must not make it seem that the
// machine stood still. Looks are counted, not seconds: if the grading itself is
// stopped with all that it runs, it does not look.
static bool is_stopped(struct running *run, const struct usage *usage)
{
    run->looks_stopped += usage->stopped > 0;
    return !run->confinement->makes_rooms &&
           run->looks_stopped > STOPPED_S * 1000 / LOOK_MS;
}

// A command that waits for ever, for a pipe or for a process that traces it,
// must not make it seem either that the machine stood still. A program that
// waits for it looks at it now and then, so a look at which something has
// happened makes up for some at which nothing had.
static bool is_still(struct running *run, const struct usage *usage)
{
    enum { MADE_UP = 10 };
    bool happened = usage->ready > 0 || usage->cpu_s != run->cpu_s;
    run->cpu_s = usage->cpu_s;
    run->looks_still += happened ? -MADE_UP : 1;
    if (run->looks_still < 0)
        run->looks_still = 0;
    int most_s = run->confinement->still_s;
    return most_s > 0 && run->looks_still > most_s * 1000 / LOOK_MS;
}

static enum end broken_limit(struct running *run)
{
    const struct confinement *most = run->confinement;
    struct usage usage = watch_read(run->room.proc, run->room.top);
    bool wrote = wrote_too_much(run, &usage);
    int own = 1;  // The sandbox's init, or the keeper.
    run->looks++;
    run->looks_ready += usage.ready > 0;
    if (usage.memory_kb / 1024 > run->end.memory_mb)
        run->end.memory_mb = usage.memory_kb / 1024;
    if (usage.cpu_s > run->end.cpu_s)
        run->end.cpu_s = usage.cpu_s;
    if (seconds_now() - run->began > most->wall_s || usage.cpu_s > most->cpu_s)
        return END_TIME;
    if (usage.memory_kb / 1024 > most->memory_mb)
        return END_MEMORY;
    if (usage.processes - own > most->processes ||
        usage.threads > most->processes * THREADS_EACH)
        return END_PROCESSES;
    if (wrote)
        return END_DISK;
    if (is_stopped(run, &usage))
        return END_STOPPED;
    if (is_still(run, &usage))
        return END_STILL;
    return END_EXITED;
}

// ---- The end ----

static double seconds(const struct rusage *usage)
{
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
           (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e6;
}

// Waits for the keeper: then all of the command's processes are dead, and have
// been waited for.
static int await_all(struct running *run)
{
    struct rusage usage = { 0 };
    int status = 0;
    while (wait4(run->room.child, &status, 0, &usage) < 0 && errno == EINTR)
        ;
    if (seconds(&usage) > run->end.cpu_s)
        run->end.cpu_s = seconds(&usage);
    return status;
}

// The keeper ends with the command's status, or 128 + its signal.
static void judge_status(struct running *run, int status)
{
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    bool signalled = code > 128 && code < 128 + NSIG;
    run->end.end = signalled ? END_SIGNALLED : END_EXITED;
    run->end.status = signalled ? code - 128 : code;
    if (signalled && run->end.status == SIGXFSZ)
        run->end.end = END_DISK;
    // Anybody can send it, or end with that status.
    if (signalled && run->end.status == SIGXCPU &&
        run->end.cpu_s >= run->confinement->cpu_s)
        run->end.end = END_TIME;
}

// Returns NULL; or why the disk does not take it, in a line that the caller
// frees.
static char *take_all_out(struct running *run)
{
    long long left = (long long)run->confinement->file_mb << 20;
    char *why = NULL;
    for (int k = 1; k < run->room.n_places && why == NULL; k++) {
        char *from, *to;
        from_to_split(run->confinement->writable[k - 1], &from, &to);
        bool taken = take_out(run->room.places[k], from, &left);
        if (!taken && errno == EFBIG)
            run->end.end = END_DISK;
        else if (!taken)
            why = alloc_format("%s: %s", from, strerror(errno));
        free(from);
        free(to);
    }
    return why;
}

// ---- A run ----

// Returns the limit that it has broken, or END_EXITED.
static enum end watch(struct running *run)
{
    struct pollfd fds[] = { { run->room.output, POLLIN, 0 },
                            { run->child_fd, POLLIN, 0 } };
    double next = 0;
    for (;;) {
        poll(fds, 2, LOOK_MS);
        if (fds[0].revents != 0 && !read_output(fds[0].fd, &run->output))
            fds[0].fd = -1;
        if (fds[1].revents != 0)
            return END_EXITED;
        if (seconds_now() < next)
            continue;
        enum end broken = broken_limit(run);
        if (broken != END_EXITED)
            return broken;
        next = seconds_now() + LOOK_MS / 1e3;
    }
}

// Returns NULL, or what the machine could not do, in a line that the caller
// frees.
static char *follow(struct running *run)
{
    run->child_fd = (int)syscall(SYS_pidfd_open, run->room.child, 0);
    fcntl(run->room.output, F_SETFL, O_NONBLOCK);
    enum end broken = watch(run);
    if (broken != END_EXITED)
        room_kill(&run->room);
    judge_status(run, await_all(run));
    if (broken != END_EXITED)
        run->end.end = broken;
    run->end.was_ready = 2 * run->looks_ready > run->looks;
    run->end.memory_ran_out = broken == END_EXITED && run->end.status != 0 &&
                              oom_kills() > run->oom_kills_before;
    size_t before;
    do {
        before = run->output.n + run->output.dropped;
        read_output(run->room.output, &run->output);
    } while (run->output.n + run->output.dropped > before);
    char *why = take_all_out(run);
    room_close(&run->room);
    close(run->child_fd);
    return why;
}

struct end_of_command confine_run(const struct confinement *confinement,
                                  char *const argv[])
{
    struct running run = { .confinement = confinement,
                           .began = seconds_now(),
                           .oom_kills_before = oom_kills() };
    run.end.fallback = sandbox_missing();
    char *why = run.end.fallback == NULL
                    ? sandbox_start(confinement, argv, &run.room)
                    : bare_start(confinement, argv, &run.room);
    if (why != NULL) {
        run.end.end = END_NOT_STARTED;
        run.end.output = why;
        return run.end;
    }
    run.output.most = (size_t)confinement->output_kb << 10;
    run.output.text = alloc(run.output.most + 1);
    why = follow(&run);
    run.end.output = finish_output(&run.output);
    run.end.seconds = seconds_now() - run.began;
    if (why != NULL) {
        run.end.end = END_NOT_STARTED;
        free(run.end.output);
        run.end.output = why;
    }
    return run.end;
}

char *confine_end_text(const struct confinement *confinement,
                       const struct end_of_command *end)
{
    const struct confinement *most = confinement;
    const char *when =
        end->memory_ran_out ? " when the system's memory ran out" : "";
    switch (end->end) {
    case END_EXITED:
        return alloc_format("ended with status %d%s", end->status, when);
    case END_SIGNALLED:
        return alloc_format("was killed by signal %d (%s)%s", end->status,
                            strsignal(end->status), when);
    case END_TIME:
        return end->seconds >= most->wall_s
                   ? alloc_format("took more than %d s", most->wall_s)
                   : alloc_format("took more than %d s of processor time",
                                  most->cpu_s);
    case END_MEMORY:
        return alloc_format("took more than %ld MB of memory", most->memory_mb);
    case END_STOPPED:
        return alloc_format("had a process that a signal stopped for %d s",
                            STOPPED_S);
    case END_STILL:
        return alloc_format("waited for more than %d s for what never came",
                            most->still_s);
    case END_PROCESSES:
        return alloc_format("had more than %d processes, or %d threads",
                            most->processes, most->processes * THREADS_EACH);
    case END_DISK:
        return alloc_format("wrote more than %ld MB, or %d files",
                            most->file_mb, MOST_INODES);
    case END_NOT_STARTED:
        break;
    }
    return alloc_format("could not be run here: %s", end->output);
}
