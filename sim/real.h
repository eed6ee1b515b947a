// The simulated functions, which sim/wrapped.h lists. The linker's --wrap
// redirects the program's calls of f to __wrap_f, which is ours. The system's
// is __real_f.
//
// Before sim_start and after sim_finish each of ours calls the system's.
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

// Both have the type of f. __real_f is weak: the C library may lack f.
#define WRAPPED(name)                                                          \
    extern __typeof__(name) __real_##name __attribute__((weak));               \
    extern __typeof__(name) __wrap_##name
#include "sim/wrapped.h"
#undef WRAPPED

#endif
