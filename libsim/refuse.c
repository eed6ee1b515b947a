#include "libsim/refuse.h"

#include "libsim/internal.h"
#include "sim/internal.h"

#include <stdlib.h>

void refuse(const char *name, const void *place)
{
    const char *allow = getenv("SIM_ALLOW");
    if (!sim.on || (allow != NULL && program_allows(allow, name)))
        return;
    sim_misuse(place, "calls %s, which cannot be simulated", name);
}
