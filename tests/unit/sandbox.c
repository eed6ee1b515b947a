// The linker leads all calls of confine_run here.
#include "tests/unit/sandbox.h"

#include <stddef.h>

sandbox_run __wrap_confine_run;

sandbox_run *sandbox_instead;

struct end_of_command __wrap_confine_run(const struct confinement *confinement,
                                         char *const argv[])
{
    return sandbox_instead == NULL ? __real_confine_run(confinement, argv)
                                   : sandbox_instead(confinement, argv);
}
