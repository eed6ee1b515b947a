// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
// generators", OOPSLA 2014). It has eight bytes of state, and every seed is
// good. libc's generators share one state between all threads or, like
// random_r, need a hundred bytes and an initialisation each.
#include "rt/rng.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

struct rng rng_make(void)
{
    struct rng rng;
    if (getrandom(&rng.state, sizeof rng.state, 0) != sizeof rng.state) {
        perror("raftlab: getrandom");
        abort();
    }
    return rng;
}

uint64_t rng_next(struct rng *rng)
{
    rng->state += 0x9e3779b97f4a7c15u;
    uint64_t z = rng->state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

int rng_below(struct rng *rng, int bound)
{
    assert(bound >= 1);
    // The bias of a 64-bit remainder by an int is below 2^-32.
    return (int)(rng_next(rng) % (uint64_t)bound);
}

int rng_between(struct rng *rng, int low, int high)
{
    return low + rng_below(rng, high - low + 1);
}

bool rng_chance(struct rng *rng, int numerator, int denominator)
{
    return rng_below(rng, denominator) < numerator;
}
