// Stacks of the running process. A thread can walk only its own stack, so each
// is sent a signal whose handler walks it; libdw (elfutils) turns addresses
// into functions and lines, from the debug information of the build.
//
// Used when a test has failed already, so it may be slow, and may interrupt.
#include "tester/stacks.h"

#include "rt/alloc.h"
#include "rt/clock.h"

#include <dirent.h>
#include <dwarf.h>
#include <elfutils/libdwfl.h>
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

// ---- From addresses to names ----

static const Dwfl_Callbacks callbacks = {
    .find_elf = dwfl_linux_proc_find_elf,
    .find_debuginfo = dwfl_standard_find_debuginfo,
};

static Dwfl *open_symbols(void)
{
    Dwfl *symbols = dwfl_begin(&callbacks);
    if (symbols != NULL) {
        dwfl_linux_proc_report(symbols, getpid());
        dwfl_report_end(symbols, NULL, NULL);
    }
    return symbols;
}

struct place {
    const char *function;
    const char *file;  // NULL outside the program itself: in a library.
    int line;
};

// The file relative to where the program was built.
static const char *shorten(const char *file, const char *build_dir)
{
    size_t length = build_dir == NULL ? 0 : strlen(build_dir);
    if (length > 0 && strncmp(file, build_dir, length) == 0 &&
        file[length] == '/')
        return file + length + 1;
    return strncmp(file, "./", 2) == 0 ? file + 2 : file;
}

// The function that this address was written in, which the compiler may have
// put into another one; NULL if the debug information does not tell.
static const char *find_function(Dwfl_Module *module, Dwarf_Addr address)
{
    Dwarf_Addr bias;
    Dwarf_Die *unit = dwfl_module_addrdie(module, address, &bias);
    Dwarf_Die *scopes = NULL;
    int n = unit == NULL ? 0 : dwarf_getscopes(unit, address - bias, &scopes);
    const char *name = NULL;
    for (int k = 0; k < n && name == NULL; k++) {
        int tag = dwarf_tag(&scopes[k]);
        if (tag == DW_TAG_inlined_subroutine || tag == DW_TAG_subprogram)
            name = dwarf_diename(&scopes[k]);
    }
    free(scopes);
    return name;
}

// Is this where the kernel has a signal handler return to? The next frame is
// then the one that the signal interrupted.
static bool is_trampoline(Dwfl *symbols, void *frame)
{
    Dwfl_Module *module = dwfl_addrmodule(symbols, (Dwarf_Addr)frame);
    const char *name =
        module == NULL ? NULL : dwfl_module_addrname(module, (Dwarf_Addr)frame);
    return name != NULL && strcmp(name, "__restore_rt") == 0;
}

// The place of frames[k].
static struct place find_place(Dwfl *symbols, void *const *frames, int k)
{
    struct place place = { .function = "?" };
    if (symbols == NULL)
        return place;
    // A return address may be the first of the next line, or function.
    Dwarf_Addr address = (Dwarf_Addr)frames[k];
    if (k == 0 || !is_trampoline(symbols, frames[k - 1]))
        address--;
    Dwfl_Module *module = dwfl_addrmodule(symbols, address);
    if (module == NULL)
        return place;
    const char *name = dwfl_module_addrname(module, address);
    if (name != NULL)
        place.function = name;
    if (module != dwfl_addrmodule(symbols, (Dwarf_Addr)find_place))
        return place;
    name = find_function(module, address);
    if (name != NULL)
        place.function = name;
    Dwfl_Line *line = dwfl_module_getsrc(module, address);
    if (line != NULL) {
        const char *file =
            dwfl_lineinfo(line, NULL, &place.line, NULL, NULL, NULL);
        place.file = shorten(file, dwfl_line_comp_dir(line));
    }
    return place;
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
        struct place place = find_place(symbols, walk.frames, k);
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
    Dwfl *symbols = open_symbols();
    for_each_thread(print_thread, symbols);
    if (symbols != NULL)
        dwfl_end(symbols);
}

// ---- One thread ----

static bool is_harness(const char *file)
{
    static const char *const folders[] = { "tester/", "runner/", "labrpc/",
                                           "rt/", "persister/" };
    for (size_t k = 0; k < sizeof folders / sizeof *folders; k++) {
        if (strncmp(file, folders[k], strlen(folders[k])) == 0)
            return true;
    }
    return false;
}

// The innermost frame in the program under test; false if there is none.
static bool describe(Dwfl *symbols, void *const *frames, int count, char *text,
                     size_t size)
{
    for (int k = 0; k < count; k++) {
        struct place place = find_place(symbols, frames, k);
        if (place.file != NULL && !is_harness(place.file)) {
            snprintf(text, size, "%s (%s:%d)", place.function, place.file,
                     place.line);
            return true;
        }
    }
    return false;
}

void stacks_describe_here(char *text, size_t size)
{
    void *frames[MAX_FRAMES];
    int count = backtrace(frames, MAX_FRAMES);
    Dwfl *symbols = open_symbols();
    if (!describe(symbols, frames, count, text, size))
        snprintf(text, size, "an unknown place");
    if (symbols != NULL)
        dwfl_end(symbols);
}

struct search {
    const char *prefix;
    char *text;
    size_t size;
    Dwfl *symbols;
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
        !describe(search->symbols, walk.frames, walk.count, place,
                  sizeof place))
        return;
    search->found = true;
    snprintf(search->text, search->size, "\"%s\" in %s", name, place);
}

bool stacks_describe_thread(const char *prefix, char *text, size_t size)
{
    struct search search = { prefix, text, size, open_symbols(), false };
    for_each_thread(look_at_thread, &search);
    if (search.symbols != NULL)
        dwfl_end(search.symbols);
    return search.found;
}
