// Spinning for a moment before a thread sleeps.
#ifndef RT_YIELD_H
#define RT_YIELD_H

#include <stdatomic.h>

// Yields the processor until *flag is true, for a few microseconds at most. The
// caller sleeps after that if the flag is still false. In the simulator it
// returns at once: waking a thread takes no virtual time.
void yield_briefly(const atomic_bool *flag);

#endif
