// Tries: the linker prints what the object says, for each use of abort.
// aims at: the build
// state: graded
// wall: escaping
#include "stub.h"

static const char words[] __attribute__((section(".gnu.warning.abort"), used)) =
    "\033[2J</pre><script>alert(7)</script>\x01\xff";

static void attack(struct raft *rf)
{
    (void)rf;
    abort();
}
