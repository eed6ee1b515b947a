// Tries: a macro of a hundred bytes that becomes gigabytes.
// aims at: the build
// state: not built
// wall: limits
#include "stub.h"
#define A(...) __VA_ARGS__, __VA_ARGS__, __VA_ARGS__, __VA_ARGS__, __VA_ARGS__
#define B(...) A(A(A(__VA_ARGS__)))
#define C(...) B(B(B(__VA_ARGS__)))
#define D(...) C(C(__VA_ARGS__))
static const char much[] = { D(C(1)) };

static void attack(struct raft *rf)
{
    (void)rf;
    printf("%zu\n", sizeof much);
}
