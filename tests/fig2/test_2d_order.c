// The order in which part 2D applies entries and snapshots (§7).
#include "tests/fig2/steps.h"

// Commits a batch of entries on the server, and sends it a snapshot beyond
// them. The server may still be applying the batch.
static void overtake_batch(struct script *s, int prev_index, int prev_term,
                           int count)
{
    struct append batch = { TERM,      1,     prev_index,
                            prev_term, { 0 }, prev_index + count };
    batch.entries.count = count;
    for (int k = 0; k < count; k++)
        batch.entries.term[k] = TERM;
    script_append(s, batch);
    script_install(s, TERM, prev_index + count + 1, TERM);
}

// A snapshot that comes in the middle of a batch is applied before or after the
// batch: no entry that it covers follows it. An index out of order fails the
// test elsewhere.
LAB_TEST(raft_fig2, 2D_no_old_entries_behind_a_snapshot)
{
    struct script *s =
        script_begin(3, "Test (fig2 2D): no old entries behind a snapshot");

    int index = 0;
    for (int round = 0; round < 3; round++) {
        overtake_batch(s, index, index == 0 ? 0 : TERM, 20);
        index += 21;
        script_await_applied(s, index,
                             "InstallSnapshot step 8 (Figure 13): reset the "
                             "state machine using the snapshot's contents");
    }
    script_end(s);
}
