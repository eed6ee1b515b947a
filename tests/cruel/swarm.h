// The mixture of a run: which faults it has, how often each comes, how commands
// come, and when the servers make snapshots. In most cruel tests each run draws
// its own.
// A test that always has all its faults hides what only some of them show: a
// server that crashes often never lags far behind, and where messages get lost
// none comes twice (Groce et al.: "Swarm Testing", ISSTA 2012).
//
// A test has one mixture, that of its process. Its main thread calls these.
#ifndef TESTS_CRUEL_SWARM_H
#define TESTS_CRUEL_SWARM_H

#include "tester/config.h"

#include <stdbool.h>

// The faults of a mixture. They are bits, so that a story can name several.
enum fault {
    LOSSES = 1 << 0,
    LATE_REPLIES = 1 << 1,
    LATE_REQUESTS = 1 << 2,
    DUPLICATES = 1 << 3,
    SLOW_LINKS = 1 << 4,
    ONE_WAY_CUTS = 1 << 5,
    CUT_OFFS = 1 << 6,
    FLAPPING = 1 << 7,
    CRASHES = 1 << 8,
    PAUSES = 1 << 9,
    CLOCKS = 1 << 10,
};
enum { N_FAULTS = 11, ALL_FAULTS = (1 << N_FAULTS) - 1 };

// Draws the mixture, and tells it in a line of the record. To be called after
// step_begin. All random numbers 0 give the mildest mixture: no fault, one
// command after the other, a snapshot at every tenth index.
//   usual   what the story is about
//   others  what it bears besides; each of these is in one run of three
void swarm_draw(struct config *cfg, unsigned usual, unsigned others);

// Is this fault in the mixture, and is it not one of the usual ones?
bool swarm_adds(enum fault fault);

// True with this probability if the run has the usual amount of this fault. It
// is lower or higher with other amounts, and 0 without the fault.
bool swarm_chance(struct config *cfg, enum fault fault, int percent);

// The amount itself, in place of these usual percent: 0 to 100.
int swarm_percent(enum fault fault, int percent);

// Is there little of this fault, if any?
bool swarm_is_light(enum fault fault);

// How many commands come in this step: mostly 1, never more than 10.
int swarm_commands(struct config *cfg);

// Does each server have a client of its own, whose commands come at any moment?
bool swarm_has_clients(void);

#endif
