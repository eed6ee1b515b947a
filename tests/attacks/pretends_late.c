// Tries: a constructor ends the program with the status of a program that has
// no processor time left: it would seem that the machine was late.
// aims at: busy-ness
// says: was killed by signal 24
#define AT_LOAD
#include "stub.h"

__attribute__((constructor)) static void early(void)
{
    _exit(128 + SIGXCPU);
}
