// Fibers: a stack each, all on one thread of the system. Boost.Context switches
// between them.
//
// A run can have two thousand threads, and a thread may use as much stack as on
// the system: 8 MB. So a stack has 8 MB to itself, of which only what is used
// is mapped: when a thread goes below that, signals.c catches the fault, and
// more is mapped. Unmapped address space counts for no limit. Stacks are used
// again.
//
// The sanitizers follow a switch only if they are told. Their functions are
// there only in a program built with them.
#include "sim/fiber.h"

#include "sim/internal.h"
#include "sim/osthread.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

// Boost.Context's, like jump_fcontext.
extern void *make_fcontext(void *top, size_t size,
                           void (*run)(struct sim_transfer from));

extern void __sanitizer_start_switch_fiber(void **fake_stack, const void *stack,
                                           size_t size) __attribute__((weak));
extern void __sanitizer_finish_switch_fiber(void *fake_stack,
                                            const void **old_stack,
                                            size_t *old_size)
    __attribute__((weak));
extern void __asan_unpoison_memory_region(const volatile void *start,
                                          size_t size) __attribute__((weak));
extern void *__tsan_get_current_fiber(void) __attribute__((weak));
extern void *__tsan_create_fiber(unsigned flags) __attribute__((weak));
extern void __tsan_destroy_fiber(void *fiber) __attribute__((weak));
extern void __tsan_switch_to_fiber(void *fiber, unsigned flags)
    __attribute__((weak));
extern void __lsan_register_root_region(const void *start, size_t size)
    __attribute__((weak));
extern void __lsan_unregister_root_region(const void *start, size_t size)
    __attribute__((weak));

#define TSAN_NO_SYNC 1  // A switch is no synchronisation: only locks are.

// A stack is mapped from its top down as far as it has been used, rounded up to
// this size. Most need less than one.
#define PIECE ((size_t)128 << 10)
// Nothing is mapped below each stack: an access there is an overflow.
#define GAP ((size_t)1 << 20)
// The distance of the stacks from the memory that the system maps where it
// likes.
#define FAR_AWAY  ((uintptr_t)64 << 30)
#define MAX_TRIES 100

// An unused stack is linked to the next one at its top, which is mapped
// already.
struct unused_stack {
    char *mapped;
    struct unused_stack *next;
};

bool sim_fiber_tells;

static struct {
    bool on_os_threads;
    struct unused_stack *unused;  // Stacks of this size.
    size_t unused_size;
    uintptr_t fresh;  // No stack was below this address; 0 before the first.
} fibers;

// ---- Stacks ----

// Maps memory at this address. False if the system has none, or the address is
// in use.
static bool map_at(char *place, size_t size)
{
    void *mapped = mmap(place, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == place)
        return true;
    if (mapped != MAP_FAILED)
        munmap(mapped, size);
    return false;
}

// The upper end of the first stack. The system hands out addresses from the
// highest down, valgrind from the lowest up.
static uintptr_t first_top(void)
{
    uintptr_t table = (uintptr_t)sim_thread_at(0) & ~(GAP - 1);
    return table > 16 * FAR_AWAY ? table - FAR_AWAY : table + 16 * FAR_AWAY;
}

// Reserves the address space of a new stack, and maps its top. NULL if that
// fails.
static char *new_stack(size_t size, char **mapped)
{
    if (fibers.fresh == 0)
        fibers.fresh = first_top();
    size_t first_piece = size < PIECE ? size : PIECE;
    for (int tries = 0; tries < MAX_TRIES; tries++) {
        // NOLINTNEXTLINE(performance-no-int-to-ptr): nothing is there yet.
        char *top = (char *)fibers.fresh;
        fibers.fresh -= size + GAP;
        *mapped = top - first_piece;
        if (map_at(*mapped, first_piece))
            return top - size;
    }
    return NULL;
}

static char *take_stack(size_t size, char **mapped)
{
    struct unused_stack *stack = fibers.unused;
    if (stack == NULL || fibers.unused_size != size)
        return new_stack(size, mapped);
    fibers.unused = stack->next;
    *mapped = stack->mapped;
    return (char *)(stack + 1) - size;
}

static void return_stack(const struct sim_fiber *fiber)
{
    char *top = fiber->stack + fiber->size;
    if (fibers.unused == NULL)
        fibers.unused_size = fiber->size;
    // If the stack were used again, ThreadSanitizer would see a race between
    // its two threads.
    if (__tsan_create_fiber != NULL || fibers.unused_size != fiber->size) {
        munmap(fiber->mapped, (size_t)(top - fiber->mapped));
        return;
    }
    struct unused_stack *stack = (struct unused_stack *)top - 1;
    stack->mapped = fiber->mapped;
    stack->next = fibers.unused;
    fibers.unused = stack;
}

// vm.max_map_count: the most mappings that a process may have. Each stack is
// one.
static long most_mappings(void)
{
    char text[32] = "";
    int file = open("/proc/sys/vm/max_map_count", O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    return length > 0 ? strtol(text, NULL, 10) : 0;
}

_Noreturn static void report_shortage(void)
{
    struct rlimit space;
    getrlimit(RLIMIT_AS, &space);
    char limit[32] = "unlimited";
    if (space.rlim_cur != RLIM_INFINITY)
        snprintf(limit, sizeof limit, "%llu kB",
                 (unsigned long long)space.rlim_cur >> 10);
    char message[300];
    snprintf(message, sizeof message,
             "out of memory: the system maps no more stacks, with %d threads "
             "there; its limits: vm.max_map_count %ld, of which each stack "
             "takes one, address space (ulimit -v) %s",
             sim.n_alive, most_mappings(), limit);
    sim_fail(message);
}

bool sim_fiber_grow(struct sim_fiber *fiber, const void *address)
{
    const char *at = address;
    if (fiber->mapped == NULL || at < fiber->stack || at >= fiber->mapped)
        return false;
    size_t missing = (size_t)(fiber->mapped - at);
    size_t size = (missing + PIECE - 1) / PIECE * PIECE;
    if (size > (size_t)(fiber->mapped - fiber->stack))
        size = (size_t)(fiber->mapped - fiber->stack);
    if (!map_at(fiber->mapped - size, size))
        report_shortage();
    fiber->mapped -= size;
    return true;
}

bool sim_fiber_is_below(const struct sim_fiber *fiber, const void *address)
{
    const char *at = address;
    return fiber->mapped != NULL && at < fiber->stack &&
           at >= fiber->stack - GAP;
}

// ---- Switching ----

// Runs first after a switch, on the stack that was switched to.
static void arrive(struct sim_fiber *self, struct sim_transfer from)
{
    struct sim_fiber *other = from.data;
    other->context = from.context;
    if (__sanitizer_finish_switch_fiber != NULL) {
        const void *old_stack;
        size_t old_size;
        __sanitizer_finish_switch_fiber(self->fake_stack, &old_stack,
                                        &old_size);
        if (other->stack == NULL) {  // The system's, unknown until now.
            other->stack = (char *)old_stack;
            other->size = old_size;
        }
    }
}

// Switches. Returns when another fiber switches back to `from`; never if `from`
// leaves.
static void jump(struct sim_fiber *from, struct sim_fiber *to, bool leaves)
{
    if (__sanitizer_start_switch_fiber != NULL)
        __sanitizer_start_switch_fiber(leaves ? NULL : &from->fake_stack,
                                       to->stack, to->size);
    if (__tsan_switch_to_fiber != NULL)
        __tsan_switch_to_fiber(to->tsan, TSAN_NO_SYNC);
    from->frame = __builtin_frame_address(0);
    arrive(from, jump_fcontext(to->context, from));
}

void sim_fiber_switch_and_tell(struct sim_fiber *from, struct sim_fiber *to)
{
    if (fibers.on_os_threads) {
        from->frame = __builtin_frame_address(0);
        sim_osthread_switch(from, to);
        return;
    }
    from->saved_errno = errno;
    jump(from, to, false);
    errno = from->saved_errno;
}

void sim_fiber_leave(struct sim_fiber *from, struct sim_fiber *to)
{
    if (fibers.on_os_threads)
        sim_osthread_leave(from, to);
    jump(from, to, true);
    abort();  // No fiber switches back to one that has left.
}

static void begin(struct sim_transfer from)
{
    struct sim_fiber *self = &sim.self->fiber;
    arrive(self, from);
    errno = 0;
    self->run(self->arg);
    abort();  // run must not return.
}

// ---- Making and destroying ----

void sim_fiber_start(struct sim_fiber *fiber, enum sim_back_end back_end)
{
    fibers.on_os_threads = back_end == SIM_OS_THREADS;
    sim_fiber_tells = fibers.on_os_threads ||
                      __sanitizer_start_switch_fiber != NULL ||
                      __tsan_switch_to_fiber != NULL;
    if (__tsan_get_current_fiber != NULL)
        fiber->tsan = __tsan_get_current_fiber();
}

int sim_fiber_make(struct sim_fiber *fiber, void *stack, size_t size,
                   void (*run)(void *arg), void *arg)
{
    *fiber = (struct sim_fiber){ .run = run, .arg = arg };
    if (fibers.on_os_threads)
        return sim_osthread_make(fiber, size);
    fiber->stack = stack;
    fiber->size = size;
    if (stack == NULL) {
        fiber->stack = take_stack(size, &fiber->mapped);
        if (fiber->stack == NULL)
            report_shortage();
    }
    fiber->context = make_fcontext(fiber->stack + size, size, begin);
    if (__tsan_create_fiber != NULL)
        fiber->tsan = __tsan_create_fiber(0);
    if (__lsan_register_root_region != NULL)
        __lsan_register_root_region(fiber->stack, size);
    return 0;
}

void sim_fiber_destroy(struct sim_fiber *fiber)
{
    if (fibers.on_os_threads) {
        sim_osthread_destroy(fiber);
        return;
    }
    // A thread that was stopped leaves the red zones of its frames behind.
    if (__asan_unpoison_memory_region != NULL && fiber->frame != NULL)
        __asan_unpoison_memory_region(
            fiber->frame,
            (size_t)(fiber->stack + fiber->size - (const char *)fiber->frame));
    if (__lsan_unregister_root_region != NULL)
        __lsan_unregister_root_region(fiber->stack, fiber->size);
    if (__tsan_destroy_fiber != NULL)
        __tsan_destroy_fiber(fiber->tsan);
    if (fiber->mapped != NULL)
        return_stack(fiber);
    fiber->mapped = NULL;
}

void sim_fiber_release(const struct sim_fiber *fiber, void *object)
{
    if (__tsan_switch_to_fiber == NULL || fiber->tsan == NULL)
        return;
    void *self = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(fiber->tsan, TSAN_NO_SYNC);
    sim_release(object);
    __tsan_switch_to_fiber(self, TSAN_NO_SYNC);
}

void sim_fiber_name(const struct sim_fiber *fiber, const char *name)
{
    if (fibers.on_os_threads)
        sim_osthread_name(fiber, name);
}
