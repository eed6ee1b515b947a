// Wrong: a thread recurses for ever along a circular list.
// Verdict: failed, by SIGSEGV. There is no stack left to report the place.
#include "tests/broken/base.h"

struct node {
    struct node *next;
};

static int count(const struct node *node)
{
    volatile int mine = node != NULL;
    int rest = node != NULL ? count(node->next) : 0;
    return mine + rest;
}

static void count_ring(struct raft *rf)
{
    struct node ring = { &ring };
    rf->sent_index = count(&ring);
}

static const struct bug bug = { .in_handler = count_ring };
