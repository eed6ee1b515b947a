// The program `peer`: the judge starts it once in each test. It runs no code of
// a Raft itself: that is for the lives that it clones.
//
//   peer OBJECT    with a socket to the judge at CONTROL_FD
#include "peer/confine.h"
#include "peer/internal.h"
#include "peer/refused.h"
#include "peer/timed.h"

#include "rt/bad_input.h"

#include <execinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>

// The first call loads a library.
static void load_for_backtraces(void)
{
    void *frames[1];
    backtrace(frames, 1);
}

int main(int argc, char **argv)
{
    timed_find();
    refused_find();
    if (argc != 2)
        bad_input("peer", "wants the Raft's shared object: isolab starts it");
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    load_for_backtraces();
    confine_prepare();
    const char *path = argv[1];
    int error = confine_zygote(&path);
    zygote_run(path, error);
    return EXIT_SUCCESS;
}
