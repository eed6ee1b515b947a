// The choices that the network and the tester leave to chance. In virtual time
// they are on the run's tape (tape/tape.h), where 0 is the calmest choice.
#ifndef RT_DRAW_H
#define RT_DRAW_H

#include "rt/rng.h"

#include <stdbool.h>

// Uniform in [0, bound).
//   kind  the draw's kind on the tape: a literal of up to 15 characters
//   calm  the calmest number
int draw_below(struct rng *rng, const char *kind, int bound, int calm);

// True with probability numerator / denominator. False is calm.
bool draw_chance(struct rng *rng, const char *kind, int numerator,
                 int denominator);

// Called at the beginning of each round of a loop. If it returns false, the
// round must be left out, which happens only in a run that repeats a tape. A
// loop inside of a round must not call it.
bool draw_round(void);

#endif
