// Counts the threads of peers that have been freed, and of the judge itself, by
// what the system says of them.
#include "judge/internal.h"

#include "rt/alloc.h"
#include "rt/clock.h"
#include "tester/stacks.h"

#include <stdlib.h>
#include <unistd.h>

// A freed Raft whose process has more than its first thread.
struct ending {
    struct raft *rf;
    struct ending *next;
};

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static struct ending *all;  // Guarded by mu.

void threads_await_end(struct raft *rf)
{
    while (!atomic_load(&rf->has_left))
        sleep_ms(1);
    struct ending *ending = alloc(sizeof *ending);
    pthread_mutex_lock(&mu);
    *ending = (struct ending){ rf, all };
    all = ending;
    pthread_mutex_unlock(&mu);
    stacks_count_threads();
}

// Ends those that have only their first thread. Returns how many threads the
// others have besides.
static int count_left_locked(void)
{
    int left = 0;
    struct ending **place = &all;
    while (*place != NULL) {
        struct ending *ending = *place;
        int count = tasks_count(ending->rf->peer->pid) - 1;
        if (count > 0) {
            left += count;
            place = &ending->next;
            continue;
        }
        raft_end(ending->rf);
        *place = ending->next;
        free(ending);
    }
    return left;
}

// ---- tester/stacks.h ----

int stacks_count_threads(void)
{
    pthread_mutex_lock(&mu);
    int left = count_left_locked();
    pthread_mutex_unlock(&mu);
    return left + tasks_count(getpid());
}
