#include "runner/progress.h"

#include "rt/clock.h"

#include <stdio.h>
#include <unistd.h>

#define EVERY_NS       (10000 * NS_PER_MS)
#define ON_TERMINAL_NS (100 * NS_PER_MS)

void progress_start(struct progress *progress)
{
    progress->to_terminal = isatty(STDOUT_FILENO);
    progress->shown_ns = clock_now_ns();
}

bool progress_begin(struct progress *progress)
{
    int64_t now_ns = clock_now_ns();
    int64_t every_ns = progress->to_terminal ? ON_TERMINAL_NS : EVERY_NS;
    if (now_ns - progress->shown_ns < every_ns)
        return false;
    progress->shown_ns = now_ns;
    progress_clear(progress);
    return true;
}

void progress_end(const struct progress *progress)
{
    if (!progress->to_terminal)
        putchar('\n');
    fflush(stdout);
}

void progress_clear(const struct progress *progress)
{
    if (progress->to_terminal)
        fputs("\r\033[K", stdout);
}
