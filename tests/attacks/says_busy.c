// Tries: says by the verdict that the machine was late, so that no failure
// counts.
// aims at: busy-ness
#include "symbols.h"
#include "tester/verdict.h"

static void attack(struct raft *rf)
{
    (void)rf;
    struct verdict **verdict = find_symbol("current_verdict");
    if (verdict != NULL)
        (*verdict)->late_ms = 99999;
}
