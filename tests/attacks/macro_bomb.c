// Tries: a macro of 450 bytes that becomes three gigabytes.
// aims at: the build
// state: not built
#include "stub.h"
#define A(x) x x x x x
#define B(x) A(A(A(x)))
#define PIECE                                                                  \
    "a piece of a string, and in the end of gigabytes, if nobody takes offence, \
a piece of a string, and in the end of gigabytes, if nobody takes offence, \
a piece of a string, and in the end of gigabytes, if nobody takes offence, \
a piece of a string, and in the end of gigabytes, if nobody takes offence, \
a piece of a string, and in the end of gigabytes, if nobody takes offence, \
a piece of a string, and in the end of gigabytes, if nobody takes offence, "

enum { MUCH = sizeof B(B(A(A(A(PIECE))))) };

static void attack(struct raft *rf)
{
    (void)rf;
    printf("%zu\n", (size_t)MUCH);
}
