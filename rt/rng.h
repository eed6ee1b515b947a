// Random numbers. Each generator belongs to one object (a network, a Raft, a
// test) and is used under that object's lock. All take their seeds from
// getrandom(2), the only source of randomness.
#ifndef RT_RNG_H
#define RT_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
    uint64_t state;
};

// Makes a generator with a new random seed.
struct rng rng_make(void);

// Uniform in [0, bound); bound is at least 1.
int rng_below(struct rng *rng, int bound);

// Uniform in [low, high], both included.
int rng_between(struct rng *rng, int low, int high);

// True with probability numerator / denominator.
bool rng_chance(struct rng *rng, int numerator, int denominator);

// 64 random bits.
uint64_t rng_next(struct rng *rng);

#endif
