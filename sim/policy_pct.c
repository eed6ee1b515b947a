// PCT: the thread of the highest priority, which is the lowest rank, runs
// (Burckhardt et al.: "A randomized scheduler with probabilistic guarantees of
// finding bugs", ASPLOS 2010). At depth - 1 random points of each round the
// running thread gets the lowest priority.
#include "sim/policy.h"

#include <stdlib.h>

// The lengths of rounds. The first is short. Each is twice as long as the one
// before, about as long as the run so far. So the changes fall within a run of
// any length, without it being known. In long runs the rounds stay at the
// greatest length, because otherwise changes would be too rare. (figures.md
// says what other lengths found.)
#define FIRST_STEPS 8
#define MOST_STEPS  256

static struct {
    int depth;
    int64_t *changes;     // The change points of this round, in order.
    int n_changes;        // depth - 1, or as many as the round has points.
    int steps;            // The length of this round.
    int64_t round_end;    // The scheduling point at which the next one begins.
    int64_t next_change;  // The next change point.
    int64_t last_rank;    // The highest rank given so far.
    int streak;           // Points in a row at which the same thread ran.
} pct;

static int by_point(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static void lengthen(void)
{
    if (pct.steps == 0)
        pct.steps = FIRST_STEPS;
    else if (pct.steps < MOST_STEPS)
        pct.steps *= 2;
}

static bool is_change(int64_t point)
{
    for (int i = 0; i < pct.n_changes; i++) {
        if (pct.changes[i] == point)
            return true;
    }
    return false;
}

// Draws the change points of the round that begins at this point. No two are
// the same, and none is the round's last point, where the next round begins:
// such a change would do nothing.
static void draw_changes(int64_t begin)
{
    int n_points = pct.steps - 1;
    int most = pct.depth - 1 < n_points ? pct.depth - 1 : n_points;
    pct.n_changes = 0;
    while (pct.n_changes < most) {
        int64_t point =
            begin + 1 + sim_rng_below(&sim.chance, (uint32_t)n_points);
        if (!is_change(point))
            pct.changes[pct.n_changes++] = point;
    }
    qsort(pct.changes, (size_t)pct.n_changes, sizeof *pct.changes, by_point);
}

static void begin_round(void)
{
    int64_t begin = (int64_t)sim.points;
    lengthen();
    draw_changes(begin);
    pct.round_end = begin + pct.steps;
    pct.next_change = pct.n_changes > 0 ? pct.changes[0] : pct.round_end;
}

static void put_last(struct sim_thread *thread)
{
    sim_queue_set_rank(&thread->entry, ++pct.last_rank, 0);
}

static void change_priorities(void)
{
    if ((int64_t)sim.points >= pct.round_end) {
        begin_round();
        return;
    }
    put_last(sim.self);
    pct.next_change = pct.round_end;
    for (int i = 0; i < pct.n_changes; i++) {
        if (pct.changes[i] > (int64_t)sim.points) {
            pct.next_change = pct.changes[i];
            break;
        }
    }
}

static struct sim_thread *next(void)
{
    if ((int64_t)sim.points >= pct.next_change)
        change_priorities();
    struct sim_thread *first = sim_queue_first(&sim.runnable);
    if (first == sim.self && ++pct.streak > SIM_MAX_STREAK) {
        pct.streak = 0;
        put_last(first);
    } else if (first != sim.self) {
        pct.streak = 0;
    }
    return first;
}

static void add(struct sim_thread *thread, uint64_t number)
{
    // At most 0: put_last gives ranks from 1 on.
    thread->entry.rank = -(int64_t)(number >> 1);
}

static void start(int depth)
{
    pct.depth = depth;
    pct.changes = calloc((size_t)depth, sizeof *pct.changes);
    if (pct.changes == NULL)
        sim_fail("out of memory");
    begin_round();
}

const struct sim_policy sim_policy_pct = {
    .name = "pct",
    .depth = 3,
    .start = start,
    .add = add,
    .put_last = put_last,
    .next = next,
    .choose = sim_queue_first,
};
