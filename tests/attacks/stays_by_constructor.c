// Tries: the same while it is loaded, in whatever program loads it.
// aims at: the host
// leaves no: process raftlab-loaded
#define AT_LOAD
#include "stub.h"
#include <sys/prctl.h>

__attribute__((constructor)) static void early(void)
{
    if (new_process() != 0)
        return;
    hidden_call(SYS_setsid);
    hidden_call(SYS_prctl, (long)PR_SET_NAME, "raftlab-loaded");
    close(0), close(1), close(2);
    for (int k = 0; k < 900; k++) {
        struct timespec second = { .tv_sec = 1 };
        hidden_call(SYS_nanosleep, &second, NULL);
    }
    _exit(0);
}
