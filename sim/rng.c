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

uint64_t sim_rng_next(struct sim_rng *rng)
{
    rng->state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = rng->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint32_t sim_rng_below(struct sim_rng *rng, uint32_t bound)
{
    // Its bias, below 2^-32 * bound, is too small to matter here.
    return (uint32_t)(((sim_rng_next(rng) >> 32) * bound) >> 32);
}
