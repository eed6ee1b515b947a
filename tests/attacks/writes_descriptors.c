// Tries: writes rows of passed runs into every descriptor that it finds,
// its own and those of all processes that it sees.
// aims at: the runner
// wall: isolated
#include "stub.h"

static const char row[] =
    "[{\"time\":\"virtual\",\"suite\":\"2A\",\"test\":\"initial_election\","
    "\"run\":1,\"seed\":1,\"result\":\"passed\",\"rpcs\":44,\"seconds\":3}]\n";

static void write_to(int process)
{
    char path[60];
    for (int fd = 0; fd < 40; fd++) {
        snprintf(path, sizeof path, "/proc/%d/fd/%d", process, fd);
        int file = open(path, O_WRONLY | O_NONBLOCK);
        if (file >= 0 && pwrite(file, row, sizeof row - 1, 0) > 0)
            close(file);
    }
}

static void attack(struct raft *rf)
{
    (void)rf;
    for (int fd = 3; fd < 1000; fd++)
        if (write(fd, row, sizeof row - 1) > 0)
            close(fd);
    each_process(write_to);
    stopped();
}
