#include "grade/bubblewrap.h"

#include "rt/alloc.h"

#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

// 0.7 has --size, which bounds a folder in memory, and 0.8 --disable-userns.
// Neither can be left out.
enum { LEAST_MAJOR = 0, LEAST_MINOR = 8 };

char *bubblewrap_check(void)
{
    if (access(BWRAP, X_OK) != 0)
        return alloc_string("there is no " BWRAP ": install bubblewrap");
    FILE *from = popen(BWRAP " --version 2> /dev/null", "re");
    if (from == NULL)
        return NULL;
    int major, minor;
    bool is_told = fscanf(from, "bubblewrap %d.%d", &major, &minor) == 2;
    pclose(from);
    if (!is_told || major > LEAST_MAJOR ||
        (major == LEAST_MAJOR && minor >= LEAST_MINOR))
        return NULL;
    return alloc_format("bubblewrap %d.%d is too old: install %d.%d or later, "
                        "as Debian 12 and Ubuntu 24.04 have it",
                        major, minor, LEAST_MAJOR, LEAST_MINOR);
}
