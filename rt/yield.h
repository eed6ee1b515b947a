// Spinning for a moment before a thread sleeps. In the simulator these
// functions return at once: waking a thread takes no virtual time.
#ifndef RT_YIELD_H
#define RT_YIELD_H

#include <stdatomic.h>

// Yields the processor until *flag is true, for a few microseconds at most. The
// caller sleeps after that if the flag is still false.
void yield_briefly(const atomic_bool *flag);

// The same for a thread that waits for its next work, which may come at once or
// much later. Yields once, and longer only if the last wait of this thread
// ended with its first yield.
void yield_if_busy(const atomic_bool *flag);

#endif
