#include "runner/ranges.h"

#include "rt/alloc.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// The index of the first range that ends at `seed` or later.
static int find(const struct ranges *ranges, int seed)
{
    int low = 0, high = ranges->n;
    while (low < high) {
        int middle = (low + high) / 2;
        if (ranges->each[middle].last >= seed)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void insert(struct ranges *ranges, int at, struct range range)
{
    if (ranges->n == ranges->room) {
        ranges->room = 2 * ranges->room + 4;
        ranges->each = alloc_resize(ranges->each, (size_t)ranges->room,
                                    sizeof(*ranges->each));
    }
    memmove(&ranges->each[at + 1], &ranges->each[at],
            (size_t)(ranges->n - at) * sizeof(*ranges->each));
    ranges->each[at] = range;
    ranges->n++;
}

static void erase(struct ranges *ranges, int from, int to)
{
    if (from == to)
        return;  // There may be no array yet, and memmove wants one.
    memmove(&ranges->each[from], &ranges->each[to],
            (size_t)(ranges->n - to) * sizeof(*ranges->each));
    ranges->n -= to - from;
}

static int min(int a, int b)
{
    return a < b ? a : b;
}

static int max(int a, int b)
{
    return a > b ? a : b;
}

// How many seeds of both are the same.
static int n_common(const struct range *a, const struct range *b)
{
    return max(min(a->last, b->last) - max(a->first, b->first) + 1, 0);
}

void ranges_add(struct ranges *ranges, int first, int last, int64_t cost)
{
    struct range whole = { first, last, 0 };
    int n_new = last - first + 1;
    int from = find(ranges, first - 1);
    int to = from;
    for (; to < ranges->n && ranges->each[to].first <= last + 1; to++) {
        const struct range *old = &ranges->each[to];
        n_new -= n_common(old, &(struct range){ first, last, 0 });
        whole.first = min(whole.first, old->first);
        whole.last = max(whole.last, old->last);
        whole.cost += old->cost;
    }
    whole.cost += (int64_t)((double)cost * n_new / ((double)last - first + 1));
    erase(ranges, from, to);
    insert(ranges, from, whole);
}

int ranges_free_seed(const struct ranges *ranges, int from)
{
    int i = find(ranges, from);
    bool taken = i < ranges->n && ranges->each[i].first <= from;
    return taken ? ranges->each[i].last + 1 : from;
}

long long ranges_count(const struct ranges *ranges)
{
    long long count = 0;
    for (int i = 0; i < ranges->n; i++)
        count += ranges->each[i].last - ranges->each[i].first + 1;
    return count;
}

int64_t ranges_cost(const struct ranges *ranges)
{
    int64_t cost = 0;
    for (int i = 0; i < ranges->n; i++)
        cost += ranges->each[i].cost;
    return cost;
}

void ranges_free(struct ranges *ranges)
{
    free(ranges->each);
    *ranges = (struct ranges){ 0 };
}
