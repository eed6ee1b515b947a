// Opening files. Files are not simulated. Those whose contents differ from run
// to run, such as /dev/urandom, are refused.
#include "sim/internal.h"
#include "sim/real.h"

#include <fcntl.h>
#include <stdarg.h>
#include <string.h>

static const struct {
    const char *path;  // Or how it begins.
    const char *instead;
} made_up[] = {
    { "/dev/random", "getrandom" },
    { "/dev/urandom", "getrandom" },
    { "/dev/hwrng", "getrandom" },
    { "/proc/sys/kernel/random/", "getrandom" },
    { "/proc/uptime", "clock_gettime" },
    { "/dev/rtc", "clock_gettime" },
};

static void check_path(const char *path, const void *place)
{
    if (!sim.on)
        return;
    for (size_t i = 0; i < sizeof made_up / sizeof made_up[0]; i++) {
        if (strncmp(path, made_up[i].path, strlen(made_up[i].path)) == 0)
            sim_misuse(place, "opens %s, which is not simulated: use %s", path,
                       made_up[i].instead);
    }
}

static bool has_mode(int flags)
{
    return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

int __wrap_open(const char *path, int flags, ...)
{
    check_path(path, HERE);
    if (!has_mode(flags))
        return __real_open(path, flags);
    va_list args;
    va_start(args, flags);
    mode_t mode = va_arg(args, mode_t);
    va_end(args);
    return __real_open(path, flags, mode);
}

int __wrap_openat(int folder, const char *path, int flags, ...)
{
    check_path(path, HERE);
    if (!has_mode(flags))
        return __real_openat(folder, path, flags);
    va_list args;
    va_start(args, flags);
    mode_t mode = va_arg(args, mode_t);
    va_end(args);
    return __real_openat(folder, path, flags, mode);
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
    check_path(path, HERE);
    return __real_fopen(path, mode);
}

FILE *__wrap_freopen(const char *path, const char *mode, FILE *file)
{
    if (path != NULL)
        check_path(path, HERE);
    return __real_freopen(path, mode, file);
}
