#include "runner/mix.h"

const struct mix mix[MIX_N] = {
    { "uniform", 1 },
    { "pct", 1 },
    { "pos", 1 },
};
