// Tries: the name of the file in which it crashes is HTML, with an escape.
// aims at: the report
#include "stub.h"

#line 1 "<script>alert(5)</script>\033[2J"
static void attack(struct raft *rf)
{
    *(volatile int *volatile)8 = rf->me;
}
