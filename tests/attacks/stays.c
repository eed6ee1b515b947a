// Tries: a process in a session of its own, which outlives test, runner and
// grading, and then writes into the results.
// aims at: the host
// leaves no: process raftlab-attack
// leaves no: @OUT@/stays/raftlab-attack-planted
#include "stub.h"
#include <sys/prctl.h>

static void attack(struct raft *rf)
{
    (void)rf;
    long child = new_process();
    if (child == 0) {
        hidden_call(SYS_setsid);
        if (new_process() == 0) {
            hidden_call(SYS_prctl, (long)PR_SET_PDEATHSIG, 0L);
            hidden_call(SYS_prctl, (long)PR_SET_NAME, "raftlab-attack");
            close(0), close(1), close(2);
            for (int k = 0; k < 900; k++) {
                struct timespec second = { .tv_sec = 1 };
                hidden_call(SYS_nanosleep, &second, NULL);
                plant(OUT "/stays/raftlab-attack-planted");
                plant(OUT "/stays/results.json");
            }
        }
        _exit(0);
    }
    // When the test ends, the runner kills those of its group.
    hidden_call(SYS_wait4, child, NULL, 0L, NULL);
    stopped();
}
