#include "rt/draw.h"

int draw_below(struct rng *rng, const char *kind, int bound, int calm)
{
    (void)kind;
    (void)calm;
    return rng_below(rng, bound);
}

bool draw_chance(struct rng *rng, const char *kind, int numerator,
                 int denominator)
{
    (void)kind;
    return rng_chance(rng, numerator, denominator);
}

bool draw_round(void)
{
    return true;
}
