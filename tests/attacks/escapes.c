// Tries: control sequences of a terminal in what it prints and in its last
// words.
// aims at: the report control characters: none
// wall: escaping
#include "stub.h"

static void attack(struct raft *rf)
{
    (void)rf;
    static const char text[] =
        "\033]0;owned\007\033[2J\033[H\x9b\x01\x7f all passed\033[8m\n";
    printf("%s", text);
    fprintf(stderr, "%s", text);
    fflush(stdout);
    abort();
}
