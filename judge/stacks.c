// The stacks of the peers' threads, read from outside: what a peer itself says
// of them would not be believed. libdw stops each thread for a moment.
#include "tester/stacks.h"

#include "judge/internal.h"

#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_FRAMES 20

// One thread's frames in the Raft's object, the innermost first.
struct stack {
    Dwfl *dwfl;
    pid_t pid;
    const char *prefix;  // Only threads whose names begin so; or NULL.
    FILE *to;
    const struct peer *untold;  // Its heading is still to be printed; or NULL.
    char text[2000];
    size_t len;
    int n_frames;
};

// ---- Modules ----

// The path of the object in a life, which has a root of its own.
#define OBJECT_IN_LIFE "/raft.so"

// The object, as the judge sees it. libdw gives its callbacks no argument.
static const char *object;

static int find_elf(Dwfl_Module *module, void **userdata, const char *name,
                    Dwarf_Addr base, char **file, Elf **elf)
{
    if (strcmp(name, OBJECT_IN_LIFE) != 0)
        return dwfl_linux_proc_find_elf(module, userdata, name, base, file,
                                        elf);
    *file = strdup(object);
    return open(object, O_RDONLY | O_CLOEXEC);
}

static const Dwfl_Callbacks callbacks = {
    .find_elf = find_elf,
    .find_debuginfo = dwfl_standard_find_debuginfo,
};

static bool is_of_raft(Dwfl_Module *module)
{
    const char *name =
        dwfl_module_info(module, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    return name != NULL &&
           (strcmp(name, OBJECT_IN_LIFE) == 0 || strstr(object, name) != NULL);
}

// ---- Frames ----

static void put_place(struct stack *stack, Dwfl_Module *module, Dwarf_Addr pc)
{
    int number = 0;
    Dwfl_Line *line = dwfl_module_getsrc(module, pc);
    const char *file =
        line == NULL ? NULL
                     : dwfl_lineinfo(line, NULL, &number, NULL, NULL, NULL);
    const char *function = dwfl_module_addrname(module, pc);
    size_t room = sizeof stack->text - stack->len;
    int written = snprintf(stack->text + stack->len, room, "%s%s (%s:%d)",
                           stack->n_frames > 0 ? ", from " : "",
                           function == NULL ? "?" : function,
                           file == NULL ? "?" : file, number);
    stack->len += (size_t)written < room ? (size_t)written : room - 1;
    stack->n_frames++;
}

static int see_frame(Dwfl_Frame *frame, void *arg)
{
    struct stack *stack = arg;
    Dwarf_Addr pc;
    bool is_active;
    if (!dwfl_frame_pc(frame, &pc, &is_active))
        return DWARF_CB_ABORT;
    if (!is_active)
        pc--;  // The call, not what follows it.
    Dwfl_Module *module = dwfl_addrmodule(stack->dwfl, pc);
    if (module != NULL && is_of_raft(module))
        put_place(stack, module, pc);
    return stack->n_frames < MOST_FRAMES ? DWARF_CB_OK : DWARF_CB_ABORT;
}

// ---- Threads ----

static void read_name(pid_t pid, pid_t thread, char name[17])
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task/%d/comm", (int)pid, (int)thread);
    FILE *file = fopen(path, "re");
    if (file == NULL || fgets(name, 17, file) == NULL)
        name[0] = '\0';
    name[strcspn(name, "\n")] = '\0';
    if (file != NULL)
        fclose(file);
}

// Reads the thread's frames. Returns whether it has any in the Raft.
static bool read_stack(Dwfl_Thread *thread, struct stack *stack, char name[17])
{
    stack->len = 0;
    stack->n_frames = 0;
    stack->text[0] = '\0';
    read_name(stack->pid, dwfl_thread_tid(thread), name);
    if (stack->prefix != NULL &&
        strncmp(name, stack->prefix, strlen(stack->prefix)) != 0)
        return false;
    dwfl_thread_getframes(thread, see_frame, stack);
    return stack->n_frames > 0;
}

static int print_thread(Dwfl_Thread *thread, void *arg)
{
    struct stack *stack = arg;
    char name[17];
    if (!read_stack(thread, stack, name))
        return DWARF_CB_OK;
    if (stack->untold != NULL)
        fprintf(stack->to, "threads of %s, in the Raft:\n",
                peer_name(stack->untold).text);
    stack->untold = NULL;
    fprintf(stack->to, "  \"%s\" in %s\n", name, stack->text);
    return DWARF_CB_OK;
}

// Keeps the first thread's stack.
static int find_thread(Dwfl_Thread *thread, void *arg)
{
    struct stack *stack = arg;
    char name[17];
    if (!read_stack(thread, stack, name))
        return DWARF_CB_OK;
    char *text = strdup(stack->text);
    snprintf(stack->text, sizeof stack->text, "\"%s\" in %s", name,
             text == NULL ? "" : text);
    free(text);
    return DWARF_CB_ABORT;
}

// Calls `see` for each thread of the process.
static void see_threads(struct stack *stack,
                        int (*see)(Dwfl_Thread *thread, void *arg))
{
    stack->dwfl = dwfl_begin(&callbacks);
    if (stack->dwfl == NULL)
        return;
    if (dwfl_linux_proc_report(stack->dwfl, stack->pid) == 0 &&
        dwfl_report_end(stack->dwfl, NULL, NULL) == 0 &&
        dwfl_linux_proc_attach(stack->dwfl, stack->pid, false) == 0)
        dwfl_getthreads(stack->dwfl, see, stack);
    dwfl_end(stack->dwfl);
}

// ---- tester/stacks.h ----

void stacks_init(void)
{
}

void stacks_leave_walk(void)
{
}

// ---- In a child ----

// Reading takes this long at most: a peer may see to it that it never ends.
#define LIMIT_S 5

// Calls fn in a child. The text is what fn writes to `to`.
static void read_in_child(void (*fn)(const char *prefix, FILE *to),
                          const char *prefix, char *text, size_t size)
{
    int ends[2];
    pid_t child = pipe2(ends, O_CLOEXEC) == 0 ? zygote_fork() : -1;
    if (child == 0) {
        alarm(LIMIT_S);
        object = zygote_object();
        FILE *to = fdopen(ends[1], "w");
        fn(prefix, to);
        fflush(to);
        _exit(EXIT_SUCCESS);
    }
    text[0] = '\0';
    if (child < 0)
        return;
    close(ends[1]);
    size_t len = 0;
    ssize_t n;
    while (len < size - 1 &&
           (n = read(ends[0], text + len, size - 1 - len)) > 0)
        len += (size_t)n;
    text[len] = '\0';
    close(ends[0]);
    waitpid(child, NULL, 0);
}

static void print_peer(const struct peer *peer, void *to)
{
    struct stack stack = { .pid = peer->pid, .to = to, .untold = peer };
    see_threads(&stack, print_thread);
    fflush(to);
}

static void print_all(const char *prefix, FILE *to)
{
    (void)prefix;
    zygote_for_each(print_peer, to);
}

void stacks_print_all(char *cause, size_t size)
{
    static char text[100000];
    if (size > 0)
        cause[0] = '\0';
    read_in_child(print_all, NULL, text, sizeof text);
    fputs(text, stderr);
}

struct wanted {
    struct stack stack;
    bool is_found;
};

static void find_in_peer(const struct peer *peer, void *arg)
{
    struct wanted *wanted = arg;
    if (wanted->is_found)
        return;
    wanted->stack.pid = peer->pid;
    see_threads(&wanted->stack, find_thread);
    wanted->is_found = wanted->stack.n_frames > 0;
}

static void describe(const char *prefix, FILE *to)
{
    struct wanted wanted = { .stack.prefix = prefix };
    zygote_for_each(find_in_peer, &wanted);
    if (wanted.is_found)
        fputs(wanted.stack.text, to);
}

bool stacks_describe_thread(const char *prefix, char *text, size_t size)
{
    read_in_child(describe, prefix, text, size);
    return *text != '\0';
}
