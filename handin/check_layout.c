// Asks the judge whether it can read a raft.x: rpcgen reads some that it
// cannot.
#include "judge/messages.h"
#include "rt/bad_input.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    if (argc != 2)
        bad_input("raftlab", "usage: check_layout RAFT.x");
    char *wrong = messages_set(argv[1]);
    if (wrong == NULL)
        return EXIT_SUCCESS;
    fprintf(stderr, "%s\n", wrong);
    free(wrong);
    return EXIT_BAD_INPUT;
}
