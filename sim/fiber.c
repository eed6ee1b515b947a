// Fibers: a stack each, all on one thread of the system. Boost.Context switches
// between them; stacks come from mmap, each above a page that nobody may touch,
// and are used again.
//
// The sanitizers follow a switch only if they are told. Their functions are
// there only in a program built with them.
#include "sim/fiber.h"

#include "sim/internal.h"
#include "sim/osthread.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>

// Boost.Context's C interface; its header is for C++.
typedef void *fcontext_t;
struct transfer {
    fcontext_t context;  // Of who switched to us.
    void *data;
};
extern struct transfer jump_fcontext(fcontext_t to, void *data);
extern fcontext_t make_fcontext(void *top, size_t size,
                                void (*run)(struct transfer from));

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

#define TSAN_NO_SYNC   1  // A switch orders nothing: only locks do.
#define GUARD_SIZE     4096
#define STACKS_AT_ONCE 16

static struct {
    bool on_os_threads;
    void *unused;  // Stacks of this size; each begins with the next.
    size_t unused_size;
    char *fresh;  // Stacks that were never used, one behind the other.
    size_t fresh_size;
    int n_fresh;
} fibers;

// ---- Stacks ----

// A stack that is not used keeps the next one's address at its top, which is
// in memory already.
static void **link_of(void *mapping, size_t size)
{
    return (void **)((char *)mapping + size) - 1;
}

// New stacks are got from the system some at a time, each with its guard.
static void *new_stack(size_t mapping_size)
{
    if (fibers.n_fresh == 0 || fibers.fresh_size != mapping_size) {
        void *fresh = mmap(
            NULL, STACKS_AT_ONCE * mapping_size, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
        if (fresh == MAP_FAILED)
            return NULL;
        // A huge page a stack would cost 2 MB where 8 kB do.
        madvise(fresh, STACKS_AT_ONCE * mapping_size, MADV_NOHUGEPAGE);
        fibers.fresh = fresh;
        fibers.fresh_size = mapping_size;
        fibers.n_fresh = STACKS_AT_ONCE;
    }
    void *mapping = fibers.fresh;
    fibers.fresh += mapping_size;
    fibers.n_fresh--;
    mprotect(mapping, GUARD_SIZE, PROT_NONE);
    return mapping;
}

static void *take_stack(size_t mapping_size)
{
    if (fibers.unused == NULL || fibers.unused_size != mapping_size)
        return new_stack(mapping_size);
    void *mapping = fibers.unused;
    fibers.unused = *link_of(mapping, mapping_size);
    return mapping;
}

static void return_stack(void *mapping, size_t mapping_size)
{
    if (__tsan_create_fiber != NULL) {
        // The next one's use of it is no race with this one's.
        munmap(mapping, mapping_size);
        return;
    }
    if (fibers.unused == NULL)
        fibers.unused_size = mapping_size;
    if (fibers.unused_size != mapping_size) {
        munmap(mapping, mapping_size);
        return;
    }
    *link_of(mapping, mapping_size) = fibers.unused;
    fibers.unused = mapping;
}

bool sim_fiber_is_guard(const struct sim_fiber *fiber, const void *address)
{
    const char *guard = fiber->mapping;
    return guard != NULL && (const char *)address >= guard &&
           (const char *)address < guard + GUARD_SIZE;
}

// ---- Switching ----

// The first thing that runs after a switch, on the stack switched to.
static void arrive(struct sim_fiber *self, struct transfer from)
{
    struct sim_fiber *other = from.data;
    other->context = from.context;
    if (__sanitizer_finish_switch_fiber != NULL) {
        const void *old_stack;
        size_t old_size;
        __sanitizer_finish_switch_fiber(self->fake_stack, &old_stack,
                                        &old_size);
        if (other->stack == NULL) {  // The system's, not known until now.
            other->stack = (char *)old_stack;
            other->size = old_size;
        }
    }
}

// Returns when somebody switches back to `from`; never, if it leaves.
static inline void jump(struct sim_fiber *from, struct sim_fiber *to,
                        bool leaves)
{
    if (__builtin_expect(__sanitizer_start_switch_fiber != NULL, 0))
        __sanitizer_start_switch_fiber(leaves ? NULL : &from->fake_stack,
                                       to->stack, to->size);
    if (__builtin_expect(__tsan_switch_to_fiber != NULL, 0))
        __tsan_switch_to_fiber(to->tsan, TSAN_NO_SYNC);
    from->frame = __builtin_frame_address(0);
    arrive(from, jump_fcontext(to->context, from));
}

void sim_fiber_switch(struct sim_fiber *from, struct sim_fiber *to)
{
    if (__builtin_expect(fibers.on_os_threads, 0)) {
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
    abort();  // Nobody switches to who has left.
}

static void begin(struct transfer from)
{
    struct sim_fiber *self = &sim.self->fiber;
    arrive(self, from);
    errno = 0;
    self->run(self->arg);
    abort();  // It must not return.
}

// ---- Making and destroying ----

void sim_fiber_start(struct sim_fiber *fiber, enum sim_back_end back_end)
{
    fibers.on_os_threads = back_end == SIM_OS_THREADS;
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
        fiber->mapping_size = size + GUARD_SIZE;
        fiber->mapping = take_stack(fiber->mapping_size);
        if (fiber->mapping == NULL)
            return EAGAIN;
        fiber->stack = (char *)fiber->mapping + GUARD_SIZE;
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
    // It may have been stopped in the middle of its calls.
    if (__asan_unpoison_memory_region != NULL && fiber->frame != NULL)
        __asan_unpoison_memory_region(
            fiber->frame,
            (size_t)(fiber->stack + fiber->size - (const char *)fiber->frame));
    if (__lsan_unregister_root_region != NULL)
        __lsan_unregister_root_region(fiber->stack, fiber->size);
    if (__tsan_destroy_fiber != NULL)
        __tsan_destroy_fiber(fiber->tsan);
    if (fiber->mapping != NULL)
        return_stack(fiber->mapping, fiber->mapping_size);
    fiber->mapping = NULL;
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
