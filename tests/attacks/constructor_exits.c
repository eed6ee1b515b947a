// Tries: a constructor prints that all is well, and ends the program with
// status 0 before it begins.
// aims at: the verdict
#define AT_LOAD
#include "stub.h"

__attribute__((constructor)) static void early(void)
{
    printf("2A: 1 of 1 tests passed.\n");
    fflush(stdout);
    _exit(0);
}
