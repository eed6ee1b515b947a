// Snapshots keep the log from growing without bound (§7).
#include "tests/fig2/steps.h"

#include "rt/alloc.h"

#include <stdlib.h>

// How much memory the program has more than before. Waits until that is below
// the limit: on a busy machine threads take long to free what they hold.
static long long grown_since(struct script *s, long long before,
                             long long limit)
{
    long long grown = 0;
    for (int waited_ms = 0; waited_ms < SOON_MS;) {
        waited_ms += script_sleep(s, QUIET_MS);
        grown = script_memory(s) - before;
        if (grown < limit)
            break;
    }
    return grown;
}

// A Raft frees the entries that it discards. The commands are large, so that
// the rest of a Raft's memory does not matter.
LAB_TEST(raft_fig2, 2D_discarded_entries_are_freed)
{
    enum { N = 60, COMMAND_BYTES = 100000, KEPT = 10 };
    struct script *s =
        script_begin(3, "Test (fig2 2D): discarded entries are freed");
    struct bytes command = { alloc(COMMAND_BYTES), COMMAND_BYTES };
    script_elect(s);
    long long before = script_memory(s);

    for (int k = 1; k <= N; k++) {
        int index = 0, term = 0;
        script_start_bytes(s, command, &index, &term);
        script_acknowledge(s, 1, index, SENDS);
        script_acknowledge(s, 2, index, SENDS);
        script_await_applied(s, index, MAJORITY ". All three hold it");
        if (index % 5 == 0)
            script_snapshot(s, index);
    }
    long long limit = (long long)KEPT * COMMAND_BYTES;
    long long grown = grown_since(s, before, limit);
    test_check(grown < limit,
               "Log compaction (§7): the entries that a snapshot covers are "
               "discarded. Server 0 has discarded %d entries of %d bytes each, "
               "and the program has %lld bytes more than before",
               N, COMMAND_BYTES, grown);

    bytes_free(&command);
    script_end(s);
}
