// The lab's random choices and the Raft's random numbers, on the run's tape.
// The linker's --wrap redirects their functions to this file.
#include "rt/draw.h"
#include "rt/rng.h"
#include "sim/sim.h"

// Each wrapper has the type that the lab's header gives the function.
#define DRAWS(name) extern __typeof__(name) __real_##name, __wrap_##name
DRAWS(draw_below);
DRAWS(draw_chance);
DRAWS(draw_round);
DRAWS(rng_make);
DRAWS(rng_next);
DRAWS(rng_below);
DRAWS(rng_between);
DRAWS(rng_chance);
#undef DRAWS

// ---- Choices of the network and of the tester ----

int __wrap_draw_below(struct rng *rng, const char *kind, int bound, int calm)
{
    int number = __real_draw_below(rng, kind, bound, calm);
    int from_calm = (number - calm + bound) % bound;
    int drawn = (int)sim_draw(kind, (uint64_t)bound, (uint64_t)from_calm);
    return (calm + drawn) % bound;
}

bool __wrap_draw_chance(struct rng *rng, const char *kind, int numerator,
                        int denominator)
{
    bool happens = __real_draw_chance(rng, kind, numerator, denominator);
    return sim_draw(kind, 2, happens) == 1;
}

bool __wrap_draw_round(void)
{
    return sim_tape_round();
}

// ---- Random numbers of the Raft ----

// The numbers of the harness itself are commands, letters and names. They are
// on no tape: there, calm ones would be equal.
static bool is_rafts(void)
{
    return sim_is_on() && sim_life_inside() != NULL;
}

struct rng __wrap_rng_make(void)
{
    sim_tape_switch(is_rafts());
    struct rng rng = __real_rng_make();
    sim_tape_switch(true);
    return rng;
}

uint64_t __wrap_rng_next(struct rng *rng)
{
    uint64_t number = __real_rng_next(rng);
    return is_rafts() ? sim_tape_number(number, 0) : number;
}

int __wrap_rng_below(struct rng *rng, int bound)
{
    int number = __real_rng_below(rng, bound);
    return is_rafts() ? (int)sim_tape_number((uint64_t)number, (uint64_t)bound)
                      : number;
}

int __wrap_rng_between(struct rng *rng, int low, int high)
{
    return low + __wrap_rng_below(rng, high - low + 1);
}

bool __wrap_rng_chance(struct rng *rng, int numerator, int denominator)
{
    return __wrap_rng_below(rng, denominator) < numerator;
}
