#include "runner/mix.h"

const struct mix mix[MIX_N] = {
    { "uniform", 2 },
    { "pct", 1 },
    { "pos", 1 },
};
