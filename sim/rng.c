// Random numbers: SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom
// number generators", OOPSLA 2014). It is written here once more, beside
// rt/rng.c, because that one is compiled with the sanitizers and is part of
// what is simulated.
#include "sim/internal.h"

struct sim_rng sim_rng_make(uint64_t seed, uint64_t stream)
{
    struct sim_rng rng = { seed };
    rng.state = sim_rng_next(&rng) + stream;
    rng.state = sim_rng_next(&rng);
    return rng;
}
