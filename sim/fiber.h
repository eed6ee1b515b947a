// A fiber is the stack and the saved context of a simulated thread. One runs at
// a time, and chooses the one that it switches to. There are two back ends:
// fiber.c switches stacks, osthread.c passes the turn between threads of the
// system.
#ifndef SIM_FIBER_H
#define SIM_FIBER_H

#include "sim/sim.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

struct sim_fiber {
    void *context;      // Its saved context; fiber.c.
    const void *frame;  // The innermost frame on its stack while it waits.
    int saved_errno;

    char *stack;  // The lowest address; NULL: the system's.
    size_t size;
    // The stack is mapped from here up; NULL: the program's or the system's.
    char *mapped;

    void (*run)(void *arg);
    void *arg;

    void *fake_stack;  // AddressSanitizer's.
    void *tsan;        // ThreadSanitizer's.

    pthread_t os_thread;  // osthread.c.
    atomic_int turn;
    bool stop;
};

// The calling thread of the system becomes the first fiber.
void sim_fiber_start(struct sim_fiber *fiber, enum sim_back_end back_end);

// Makes a fiber that runs run(arg) when it is first switched to; run must not
// return. Returns 0, or the error that pthread_create would return.
//   stack  of that size, the program's own; or NULL
int sim_fiber_make(struct sim_fiber *fiber, void *stack, size_t size,
                   void (*run)(void *arg), void *arg);

// Boost.Context's switch; its header is for C++.
struct sim_transfer {
    void *context;  // Of the fiber that switched to this one.
    void *data;
};
extern struct sim_transfer jump_fcontext(void *to, void *data);

// The processor predicts where a function returns to by the calls that it saw.
// On x86-64 jump_fcontext returns by a jump. So it is called by one, too:
// otherwise each of the following returns is predicted to be one of another
// function. That costs more than all the rest of a switch.
__attribute__((always_inline)) static inline struct sim_transfer sim_fiber_jump(
    void *to, void *data)
{
#ifdef __x86_64__
    // The compiler may use 128 bytes below the stack pointer (System V ABI,
    // 3.2.2, "red zone").
    struct sim_transfer back;
    __asm__ volatile(
        "lea -128(%%rsp), %%rsp\n\t"
        "lea 1f(%%rip), %%rax\n\t"
        "push %%rax\n\t"
        "jmp jump_fcontext\n"
        "1:\tlea 128(%%rsp), %%rsp"
        : "=&a"(back.context), "=&d"(back.data), "+D"(to), "+S"(data)
        :
        : "rcx", "r8", "r9", "r10", "r11", "cc", "memory", "xmm0", "xmm1",
          "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
          "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
    return back;
#else
    return jump_fcontext(to, data);
#endif
}

// A sanitizer is told of each switch, or the fibers are threads of the system.
extern bool sim_fiber_tells;
void sim_fiber_switch_and_tell(struct sim_fiber *from, struct sim_fiber *to);

// Switches from the caller's fiber to `to`, whose thread is sim.self already.
// Returns when another fiber switches back to `from`. It is inline, and so are
// its callers: after a switch most returns are predicted wrongly.
__attribute__((always_inline)) static inline void sim_fiber_switch(
    struct sim_fiber *from, struct sim_fiber *to)
{
    if (__builtin_expect(sim_fiber_tells, 0)) {
        sim_fiber_switch_and_tell(from, to);
        return;
    }
    from->saved_errno = errno;
    from->frame = __builtin_frame_address(0);
    struct sim_transfer back = sim_fiber_jump(to->context, from);
    ((struct sim_fiber *)back.data)->context = back.context;
    errno = from->saved_errno;
}

// Switches for the last time. `from` is destroyed later.
_Noreturn void sim_fiber_leave(struct sim_fiber *from, struct sim_fiber *to);

// Frees a fiber that does not run and will not run again.
void sim_fiber_destroy(struct sim_fiber *fiber);

// If the address lies in the part of the fiber's stack that is not mapped yet,
// maps it and returns true.
bool sim_fiber_grow(struct sim_fiber *fiber, const void *address);

// Does the address lie below the fiber's stack, so that it overflows?
bool sim_fiber_is_below(const struct sim_fiber *fiber, const void *address);

// For ThreadSanitizer: all that a waiting fiber has done so far happens before
// all that is done after sim_acquire of the object.
void sim_fiber_release(const struct sim_fiber *fiber, void *object);

// Sets the name that debuggers show.
void sim_fiber_name(const struct sim_fiber *fiber, const char *name);

#endif
