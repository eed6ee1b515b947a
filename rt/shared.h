// Memory that a process shares with those that it forks.
#ifndef RT_SHARED_H
#define RT_SHARED_H

#include <stddef.h>

// Allocates `size` zeroed bytes, which all processes share that this one forks;
// never returns NULL (rt/shortage.h). A page is used once it is written to.
void *shared_alloc(size_t size);

// Frees them, in this process.
void shared_free(void *shared, size_t size);

#endif
