// The simulator's acts of threads as events: mutexes and condition variables
// get numbers, and the addresses of calls become places in the Raft's code.
#include "virtual/watch.h"

#include "events/events.h"
#include "record/record.h"
#include "rt/alloc.h"
#include "rt/symbols.h"
#include "sim/sim.h"
#include "tester/telling.h"
#include "virtual/boundary.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- What is locked or waited for ----

// An object of the program, by its address and kind: memory that was a mutex
// may be a condition variable later, as on a stack.
struct object {
    const void *at;
    const char *kind;
    char name[40];  // "mutex 1"
};

static void *objects;
static int n_objects;

static int by_address(const void *a, const void *b)
{
    const struct object *x = a, *y = b;
    if (x->at == y->at)
        return strcmp(x->kind, y->kind);
    return x->at < y->at ? -1 : 1;
}

static const char *name_of(const char *kind, const void *at)
{
    if (kind == NULL || at == NULL)
        return NULL;
    struct object **node =
        tfind(&(struct object){ .at = at, .kind = kind }, &objects, by_address);
    if (node != NULL)
        return (*node)->name;
    struct object *new = alloc(sizeof *new);
    new->at = at;
    new->kind = kind;
    snprintf(new->name, sizeof new->name, "%s %d", kind, ++n_objects);
    tsearch(new, &objects, by_address);
    return new->name;
}

// ---- Where ----

static struct symbols *symbols;  // Open from the first act on.

// A call in the program, by its return address.
struct call {
    const void *at;
    struct symbol symbol;
    bool is_raft;  // It is in the Raft's folder.
};

static void *calls;

static int by_return(const void *a, const void *b)
{
    const struct call *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at;
}

static bool is_raft(const struct symbol *symbol)
{
    const char *raft = record_raft();
    size_t length = strlen(raft);
    return symbol->file != NULL && length > 0 &&
           strncmp(symbol->file, raft, length) == 0 &&
           symbol->file[length] == '/';
}

static const struct call *call_at(const void *at)
{
    struct call **node = tfind(&(struct call){ .at = at }, &calls, by_return);
    if (node != NULL)
        return *node;
    struct call *new = alloc(sizeof *new);
    new->at = at;
    new->symbol = symbols_find(symbols, at);
    new->is_raft = is_raft(&new->symbol);
    tsearch(new, &calls, by_return);
    return new;
}

// The innermost call in the Raft's code. NULL if there is none.
static const struct symbol *place_of(const struct sim_act *act)
{
    for (int k = 0; k < act->n_calls; k++) {
        const struct call *call = call_at(act->calls[k]);
        if (call->is_raft)
            return &call->symbol;
    }
    return NULL;
}

static const char *thread_name(const struct sim_act *act)
{
    const char *function =
        act->runs == NULL ? "?" : call_at(act->runs)->symbol.function;
    return function[0] != '?' ? function : act->name;
}

// ---- The events ----

static void tell(const struct sim_act *act)
{
    static const enum event_kind kinds[] = {
        [SIM_TURN] = EVENT_TURN,
        [SIM_WAITS] = EVENT_WAITS,
        [SIM_LOCKS] = EVENT_LOCKS,
        [SIM_UNLOCKS] = EVENT_UNLOCKS,
    };
    const struct symbol *place = place_of(act);
    bool is_lock = act->kind == SIM_LOCKS || act->kind == SIM_UNLOCKS;
    if (is_lock && place == NULL)
        return;  // A lock of the harness.
    struct event event = {
        .kind = kinds[act->kind],
        .life.server = act->server,
        .thread = act->thread,
        .act = { .name = thread_name(act),
                 .on = name_of(act->object, act->at),
                 .text = act->text,
                 .holder = act->holder,
                 .has_limit = act->has_limit,
                 .since_ns = act->since_ns,
                 .has_applied = boundary_has_applied(act->thread) },
    };
    if (place != NULL) {
        event.act.function = place->function;
        event.act.file = place->file;
        event.act.line = place->line;
    }
    events_tell_of(test_events(), &event);
}

static void open_symbols(void)
{
    if (symbols == NULL)
        symbols = symbols_open();
}

void watch_tell_waits(void)
{
    open_symbols();
    sim_see_waits(tell);
}

void watch_start(void)
{
    open_symbols();
    sim_watch(tell);
}
