// Tries: a destructor changes the status of every program that it is linked
// with to 0.
// aims at: the verdict
// wall: isolated
#define AT_LOAD
#include "stub.h"

__attribute__((destructor)) static void late(void)
{
    _exit(0);
}
