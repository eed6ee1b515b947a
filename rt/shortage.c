// Describes a shortage at the moment it happens: later the process may have
// given back what it held. Memory or files may be what is short, so this uses
// static memory, and leaves out what it cannot read.
#include "rt/shortage.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MB             (1LL << 20)
#define USUAL_STACK_MB 8
#define NOTE_LIMIT_MS  2000

static struct shortage own_note;
static struct shortage *note = &own_note;
static atomic_bool has_ended;
static bool holds_for_others;

// The resources that the process holds; 0 if unknown.
struct holding {
    long long threads;
    long long mappings;
    long long address_space;  // Bytes, as are the next two.
    long long data;
    long long memory;
};

// ---- Reading ----

// Used by the one thread that writes the note.
static char buffer[4096];

// Reads a small file into `buffer`. Empty if it cannot be read.
static const char *read_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? 0 : read(fd, buffer, sizeof buffer - 1);
    if (fd >= 0)
        close(fd);
    buffer[length > 0 ? length : 0] = '\0';
    return buffer;
}

// The first number in a small file; 0 if there is none.
static long long read_number(const char *path)
{
    const char *text = read_file(path);
    return atoll(text + strcspn(text, "0123456789"));
}

static long long count_lines(const char *path)
{
    long long count = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length;
    while (fd >= 0 && (length = read(fd, buffer, sizeof buffer)) > 0) {
        for (ssize_t i = 0; i < length; i++)
            count += buffer[i] == '\n';
    }
    if (fd >= 0)
        close(fd);
    return count;
}

static long long count_threads(void)
{
    const char *line = strstr(read_file("/proc/self/status"), "\nThreads:");
    return line == NULL ? 0 : atoll(line + strlen("\nThreads:"));
}

// Allocated memory counts even before it is used.
static long long memory_held(long long resident)
{
    struct mallinfo2 heap = mallinfo2();
    size_t allocated = heap.arena + heap.hblkhd;
    return (long long)allocated > resident ? (long long)allocated : resident;
}

static struct holding look_at_process(void)
{
    long long size = 0, resident = 0, data = 0;
    sscanf(read_file("/proc/self/statm"), "%lld %lld %*d %*d %*d %lld", &size,
           &resident, &data);
    long page = sysconf(_SC_PAGESIZE);
    return (struct holding){
        .threads = count_threads(),
        .mappings = count_lines("/proc/self/maps"),
        .address_space = size * page,
        .data = data * page,
        .memory = memory_held(resident * page),
    };
}

// The process's limit of this resource; -1 if there is none.
static long long limit_of(__rlimit_resource_t resource)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return -1;
    return (long long)limit.rlim_cur;
}

// ---- The limit that was reached ----

// Finds the folder of this process's control group. False if it is unknown.
static bool find_group(char *path, size_t size)
{
    const char *all = read_file("/proc/self/cgroup");
    const char *pids = strstr(all, ":pids:");
    const char *unified = strstr(all, "0::");
    const char *group = pids != NULL ? pids + strlen(":pids:") : NULL;
    if (group == NULL && unified != NULL)
        group = unified + strlen("0::");
    if (group == NULL)
        return false;
    snprintf(path, size, "/sys/fs/cgroup%s%.*s", pids != NULL ? "/pids" : "",
             (int)strcspn(group, "\n"), group);
    return true;
}

static long long read_in_group(const char *group, const char *name)
{
    char path[500];
    snprintf(path, sizeof path, "%s/%s", group, name);
    return read_number(path);  // "max" is 0.
}

// The limit of tasks of the control group, or of a group around it, that has
// ever refused a task; 0 if none has.
static long long reached_limit_of_group(void)
{
    char group[400];
    if (!find_group(group, sizeof group))
        return 0;
    for (;;) {
        long long max = read_in_group(group, "pids.max");
        if (max > 0 && read_in_group(group, "pids.events") > 0)
            return max;
        char *slash = strrchr(group, '/');
        if (slash == NULL || slash < group + strlen("/sys/fs/cgroup"))
            return 0;
        *slash = '\0';
    }
}

static void write_limit(const char *what, const char *limit, long long value,
                        const char *advice)
{
    snprintf(note->text, sizeof note->text,
             "no more %s: %s is %lld; raise it%s", what, limit, value, advice);
}

#define OR_FEWER " or run fewer tests side by side (JOBS=)"

// Describes the limit of the process's memory that was reached. False if none
// was. A new thread's stack counts as memory, too.
static bool describe_limit_of_memory(const char *what,
                                     const struct holding *held, size_t asked)
{
    long long need = (long long)asked + 2 * MB;
    long long max = limit_of(RLIMIT_AS);
    if (max >= 0 && held->address_space + need > max) {
        write_limit(what, "the limit of address space in kB (ulimit -v)",
                    max / 1024, "");
        return true;
    }
    max = limit_of(RLIMIT_DATA);
    if (max >= 0 && held->data + need > max) {
        write_limit(what, "the limit of data in kB (ulimit -d)", max / 1024,
                    "");
        return true;
    }
    max = read_number("/proc/sys/vm/max_map_count");
    if (max > 0 && held->mappings + 10 > max) {
        write_limit(what, "the limit of mappings (sysctl vm.max_map_count)",
                    max, "");
        return true;
    }
    return false;
}

static void describe_tasks(const char *what, const struct holding *held)
{
    long long stack = limit_of(RLIMIT_STACK);  // The size of a thread's stack.
    if (stack < 0)
        stack = USUAL_STACK_MB * MB;
    if (describe_limit_of_memory(what, held, (size_t)stack))
        return;
    long long of_group = reached_limit_of_group();
    long long of_user = limit_of(RLIMIT_NPROC);
    if (of_group > 0 && (of_user < 0 || of_group < of_user))
        write_limit(what, "the limit of the control group (pids.max)", of_group,
                    OR_FEWER);
    else if (of_user >= 0)
        write_limit(what, "the limit of processes (ulimit -u)", of_user,
                    OR_FEWER);
    else
        write_limit(what, "the system's limit (sysctl kernel.threads-max)",
                    read_number("/proc/sys/kernel/threads-max"), OR_FEWER);
}

static void describe_memory(const struct holding *held, size_t asked)
{
    if (!describe_limit_of_memory("memory", held, asked))
        snprintf(note->text, sizeof note->text,
                 "no more memory: the system has none left; add some%s",
                 OR_FEWER);
}

static void describe_files(int error)
{
    if (error == ENFILE)
        write_limit("open files", "the system's limit (sysctl fs.file-max)",
                    read_number("/proc/sys/fs/file-max"), OR_FEWER);
    else
        write_limit("open files", "the limit of one process (ulimit -n)",
                    limit_of(RLIMIT_NOFILE), "");
}

// ---- The machine's fault or the process's ----

// How many files the process has open, at most one more than it may have. Its
// folder in /proc cannot be read when no file can be opened.
static long long count_files(void)
{
    long long limit = limit_of(RLIMIT_NOFILE);
    long long n = 0;
    for (int fd = 0; fd < limit && n <= SHORTAGE_MAX_FILES; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

// Describes what the process itself holds too much of. False if nothing.
static bool describe_excess(enum shortage_of what, int error, size_t asked,
                            const struct holding *held)
{
    char *text = note->text;
    size_t size = sizeof note->text;
    if (what == SHORTAGE_OF_FILES && error == EMFILE &&
        count_files() > SHORTAGE_MAX_FILES)
        snprintf(text, size, "no more open files: the process has %lld",
                 limit_of(RLIMIT_NOFILE));
    else if (held->threads > SHORTAGE_MAX_THREADS)
        snprintf(text, size, "the process has %lld threads", held->threads);
    else if (what == SHORTAGE_OF_MEMORY && asked > SHORTAGE_MAX_MB * MB)
        snprintf(text, size, "the process asked for %zu bytes at once", asked);
    else if (held->memory + (long long)asked > SHORTAGE_MAX_MB * MB)
        snprintf(text, size, "the process has %lld MB of memory",
                 held->memory / MB);
    else if (held->mappings > SHORTAGE_MAX_MAPPINGS)
        snprintf(text, size, "the process has %lld mappings of memory",
                 held->mappings);
    else
        return false;
    return true;
}

static void describe(enum shortage_of what, int error, size_t asked)
{
    struct holding held = look_at_process();
    if (!holds_for_others && describe_excess(what, error, asked, &held)) {
        note->state = SHORTAGE_BY_ITSELF;
        return;
    }
    switch (what) {
    case SHORTAGE_OF_THREADS:
        describe_tasks("threads", &held);
        break;
    case SHORTAGE_OF_PROCESSES:
        describe_tasks("processes", &held);
        break;
    case SHORTAGE_OF_MEMORY:
        describe_memory(&held, asked);
        break;
    case SHORTAGE_OF_FILES:
        describe_files(error);
        break;
    }
    note->state = SHORTAGE_OF_HOST;
}

// ---- Noting ----

void shortage_note_at(struct shortage *place)
{
    note = place;
}

void shortage_holds_for_others(void)
{
    holds_for_others = true;
}

void shortage_note(enum shortage_of what, int error, size_t asked)
{
    int saved_errno = errno;
    int none = NO_SHORTAGE;
    if (!has_ended && atomic_compare_exchange_strong(&note->state, &none,
                                                     SHORTAGE_BEING_NOTED))
        describe(what, error, asked);
    errno = saved_errno;
}

// Waits while another thread writes the note, which takes a few ms. It does not
// wait for ever: the writer may be this thread, if it has crashed there, or may
// wait for a lock that this thread holds. It calls the system's nanosleep,
// because the simulator's would let other threads run.
static void await_note(void)
{
    const struct timespec ms = { .tv_nsec = 1000000 };
    for (int k = 0; k < NOTE_LIMIT_MS && note->state == SHORTAGE_BEING_NOTED;
         k++)
        syscall(SYS_nanosleep, &ms, NULL);
}

void shortage_end_notes(void)
{
    has_ended = true;
    await_note();
}

const char *shortage_text(void)
{
    return own_note.text[0] != '\0' ? own_note.text : NULL;
}

void shortage_exit(enum shortage_of what, int error, size_t asked)
{
    shortage_note(what, error, asked);
    await_note();
    if (note->text[0] == '\0') {
        note = &own_note;  // Notes are off, but the line has to say why.
        describe(what, error, asked);
    }
    fprintf(stderr, "raftlab: %s\n", note->text);
    if (note->state == SHORTAGE_BY_ITSELF)
        abort();
    _exit(EXIT_SHORTAGE);
}
