// Has the judge keep more of its state than there is.
#include "tests/hostile/hostile.h"

static void attack(struct raft *rf)
{
    persister_save_tail(rf->persister, (struct bytes){ 0 }, 1000,
                        (struct bytes){ 0 });
}
