// Notes what the machine refuses. The judge sees it by itself: what a peer says
// of it proves nothing.
#include "judge/internal.h"

#include "rt/oom.h"
#include "rt/shortage.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

static long long n_killed_before;

void refusals_start(void)
{
    n_killed_before = oom_kills();
}

static void *end_at_once(void *unused)
{
    return unused;
}

bool refusals_try_thread(void)
{
    pthread_t id;
    // A refusal is noted where it is seen (tester/interposed.c).
    bool is_refused = pthread_create(&id, NULL, end_at_once, NULL) != 0;
    if (!is_refused)
        pthread_join(id, NULL);
    return is_refused;
}

void refusals_look(int wait_status)
{
    if (WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGKILL &&
        oom_kills() > n_killed_before)
        shortage_note(SHORTAGE_OF_MEMORY, ENOMEM, 0);
    refusals_try_thread();
}
