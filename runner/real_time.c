// The part that programs which run tests in real time have in common.
#include "runner/world.h"

const bool world_is_simulated = false;

bool world_knows_policy(const char *name)
{
    (void)name;
    return false;
}

bool world_has_access_points(void)
{
    return false;
}
