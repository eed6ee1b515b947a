// Waiting a moment for another thread, before really going to sleep.
#ifndef RT_OFFER_H
#define RT_OFFER_H

#include <stdatomic.h>

// Offers the processor to the other threads for a few microseconds, or until
// `wanted` is true. (The simulator does nothing here: sleeping costs nothing
// there.)
void offer_processor(const atomic_bool *wanted);

#endif
