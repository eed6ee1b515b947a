// Tries: kills a process of the grader's user that has nothing to do with
// it, by the number that it has outside, and by its name.
// aims at: the host
#include "stub.h"

static void kill_if_bystander(int process)
{
    char path[60];
    char name[40] = "";
    snprintf(path, sizeof path, "/proc/%d/comm", process);
    int file = open(path, O_RDONLY);
    if (file >= 0 && read(file, name, sizeof name - 1) > 0 &&
        strncmp(name, "bystander", 9) == 0 &&
        hidden_call(SYS_kill, (long)process, (long)SIGKILL) == 0)
        got_through("a process of the host");
}

static void attack(struct raft *rf)
{
    (void)rf;
    each_process(kill_if_bystander);
    stopped();
}
