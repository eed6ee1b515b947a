// pthread_cleanup_push and pop. In C they are macros that call setjmp and
// register the buffer. The system keeps a list of buffers for each of its
// threads; we keep one for each simulated thread. pthread_exit jumps to the
// innermost buffer, which runs its function and then calls
// __pthread_unwind_next (thread.c).
#include "sim/internal.h"
#include "sim/real.h"

// longjmp under another name. With its own, the compiler would warn that these
// buffers are too short: they lack the signal mask, which it does not use.
_Noreturn extern void jump_to(void *buffer, int value) __asm__("longjmp");

static __pthread_unwind_buf_t **outer_of(__pthread_unwind_buf_t *buffer)
{
    return (__pthread_unwind_buf_t **)&buffer->__pad[0];
}

void __wrap___pthread_register_cancel(__pthread_unwind_buf_t *buffer)
{
    if (!sim.on) {
        __real___pthread_register_cancel(buffer);
        return;
    }
    *outer_of(buffer) = sim.self->cleanup;
    sim.self->cleanup = buffer;
}

void __wrap___pthread_unregister_cancel(__pthread_unwind_buf_t *buffer)
{
    if (!sim.on) {
        __real___pthread_unregister_cancel(buffer);
        return;
    }
    sim.self->cleanup = *outer_of(buffer);
}

void sim_cleanup_run(struct sim_thread *thread)
{
    __pthread_unwind_buf_t *buffer = thread->cleanup;
    if (buffer == NULL)
        return;
    thread->cleanup = *outer_of(buffer);
    jump_to(buffer->__cancel_jmp_buf, 1);
}
