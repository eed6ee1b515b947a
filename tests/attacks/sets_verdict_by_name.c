// Tries: finds the verdict in the program's own file, and writes "passed"
// and plausible figures into it.
// aims at: the verdict
#include "symbols.h"
#include "tester/verdict.h"

static void attack(struct raft *rf)
{
    (void)rf;
    struct verdict **verdict = find_symbol("current_verdict");
    if (verdict == NULL)
        return;
    (*verdict)->state = TEST_PASSED;
    (*verdict)->seconds = 3.1;
    (*verdict)->servers = 3;
    (*verdict)->rpcs = 58;
    (*verdict)->bytes = 1840;
    hidden_call(SYS_exit_group, 0L);
}
