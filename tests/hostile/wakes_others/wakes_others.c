// Wakes threads of other servers, which wait for a page of the shared object
// that all have.
#include "tests/hostile/hostile.h"

#include <linux/futex.h>
#include <sys/syscall.h>

static void attack(struct raft *rf)
{
    static const uint32_t page = 1;
    (void)rf;
    syscall(SYS_futex, &page, FUTEX_WAKE, 1, NULL, NULL, 0);
}
