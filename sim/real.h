// The functions that are simulated, which sim/wrapped.h lists. The linker's
// --wrap gives each two names: __wrap_f, which is ours and which the program's
// calls of f reach, and __real_f, which is the system's.
//
// Before sim_start, and after sim_finish, every one of ours calls the system's.
#ifndef SIM_REAL_H
#define SIM_REAL_H

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/times.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#if !__GLIBC_PREREQ(2, 36)
uint32_t arc4random(void);
void arc4random_buf(void *buffer, size_t size);
uint32_t arc4random_uniform(uint32_t bound);
#endif

// Both have the type of the function itself. Weak, for those that are lacking.
#define WRAPPED(name)                                                          \
    extern __typeof__(name) __real_##name __attribute__((weak));               \
    extern __typeof__(name) __wrap_##name
#include "sim/wrapped.h"
#undef WRAPPED

#endif
