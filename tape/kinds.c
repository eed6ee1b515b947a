#include "tape/tape.h"

// The simulator draws them: sim/tape.c, sim/cond.c, sim/internal.h.
static const char *const of_schedule[] = { "turn", "wake", "held", "spurious" };

bool tape_is_of_schedule(const char *kind)
{
    for (size_t i = 0; i < sizeof of_schedule / sizeof *of_schedule; i++) {
        if (strcmp(kind, of_schedule[i]) == 0)
            return true;
    }
    return false;
}
