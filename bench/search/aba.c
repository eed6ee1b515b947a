// ABA: a stack without locks. A thread that pops reads the top and its next,
// and loses its turn. Others pop both and push the first again. The top is the
// same as before, so the exchange succeeds, and the stack has a node that
// somebody else owns. In the right program the top has a count of changes.
#include "bench/search/program.h"

#include <stdatomic.h>
#include <stdint.h>

enum { N_NODES = 3 };

static struct node {
    _Atomic unsigned next;  // Index plus 1; 0 is the end.
    atomic_bool is_owned;
} nodes[N_NODES];
static _Atomic uint64_t top = 1;  // An index plus 1, below a count.

static uint64_t with_count(unsigned index, uint64_t old)
{
#ifdef FIXED
    return ((old >> 32) + 1) << 32 | index;
#else
    (void)old;
    return index;
#endif
}

static struct node *pop(void)
{
    uint64_t old = top;
    while ((unsigned)old != 0) {
        struct node *node = &nodes[(unsigned)old - 1];
        if (atomic_compare_exchange_strong(&top, &old,
                                           with_count(node->next, old))) {
            must(!atomic_exchange(&node->is_owned, true));
            return node;
        }
    }
    return NULL;
}

static void push(struct node *node)
{
    node->is_owned = false;
    uint64_t old = top;
    do {
        node->next = (unsigned)old;
    } while (!atomic_compare_exchange_strong(
        &top, &old, with_count((unsigned)(node - nodes) + 1, old)));
}

static void *pop_one(void *unused)
{
    pop();
    return unused;
}

static void *pop_two_push_first(void *unused)
{
    struct node *first = pop();
    pop();
    if (first != NULL)
        push(first);
    pop();
    pop();
    return unused;
}

PROGRAM(aba, BETWEEN_ACCESSES)
{
    for (unsigned i = 0; i < N_NODES; i++)
        nodes[i].next = i + 1 < N_NODES ? i + 2 : 0;
    run_threads(2, (void *(*const[])(void *)){ pop_one, pop_two_push_first });
}
