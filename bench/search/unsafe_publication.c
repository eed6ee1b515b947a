// Unsafe publication: the flag says that the message is whole when half of it
// is written.
#include "bench/search/program.h"

#include <stdatomic.h>

static atomic_int message[2];
static atomic_bool is_published;

static void *publish(void *unused)
{
    message[0] = 1;
#ifdef FIXED
    message[1] = 1;
    is_published = true;
#else
    is_published = true;
    message[1] = 1;
#endif
    return unused;
}

static void *use(void *unused)
{
    if (is_published)
        must(message[0] == 1 && message[1] == 1);
    return unused;
}

PROGRAM(unsafe_publication, BETWEEN_ACCESSES)
{
    run_threads(2, (void *(*const[])(void *)){ publish, use });
}
