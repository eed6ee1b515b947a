// The log, and how it is saved.
#include "store.h"

#include "rt/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int store_last(const struct store *store)
{
    return store->base + store->n - 1;
}

const Entry *store_at(const struct store *store, int index)
{
    return &store->at[index - store->base]->entry;
}

int store_term_at(const struct store *store, int index)
{
    return store_at(store, index)->term;
}

bool store_has(const struct store *store, int index, int term)
{
    return index >= store->base && index <= store_last(store) &&
           store_term_at(store, index) == term;
}

Entry store_copy(const Entry *entry)
{
    Entry copy = *entry;
    size_t length = entry->command.command_len;
    copy.command.command_val = alloc(length + 1);
    if (length > 0)
        memcpy(copy.command.command_val, entry->command.command_val, length);
    return copy;
}

void store_push(struct store *store, const Entry *entry)
{
    if (store->n == store->capacity) {
        store->capacity += 64 + store->capacity / 2;
        store->at =
            alloc_resize(store->at, (size_t)store->capacity, sizeof *store->at);
    }
    struct link *link = alloc(sizeof *link);
    link->before = store->newest;
    link->entry = store_copy(entry);
    store->newest = link;
    store->at[store->n++] = link;
}

static void drop(struct link *link)
{
    free(link->entry.command.command_val);
    free(link);
}

void store_pop_from(struct store *store, int index)
{
    while (store->newest != NULL && store->newest->entry.index >= index) {
        struct link *gone = store->newest;
        store->newest = gone->before;
        store->n--;
        drop(gone);
    }
}

void store_rebase(struct store *store, int index, int term)
{
    if (!store_has(store, index, term)) {
        store_pop_from(store, -1);
        store->base = index;
        store_push(store, &(Entry){ .index = index, .term = term });
        return;
    }
    int n_gone = index - store->base;
    for (int k = 0; k < n_gone; k++)
        drop(store->at[k]);
    store->n -= n_gone;
    store->base = index;
    memmove(store->at, store->at + n_gone,
            (size_t)store->n * sizeof *store->at);
    store->at[0]->before = NULL;
    store->at[0]->entry.command.command_len = 0;
}

void store_save(struct store *store, const struct bytes *snapshot)
{
    Entry *entries = alloc((size_t)store->n * sizeof *entries);
    size_t size = 3 * sizeof(int);
    for (int k = 0; k < store->n; k++) {
        entries[k] = store->at[k]->entry;
        size += 3 * sizeof(int) + RNDUP(entries[k].command.command_len);
    }
    PersistentState state = { store->term,
                              store->vote,
                              { (u_int)store->n, entries } };
    struct bytes image = { alloc(size), size };
    XDR xdrs;
    xdrmem_create(&xdrs, image.data, (u_int)size, XDR_ENCODE);
    if (!xdr_PersistentState(&xdrs, &state))
        abort();
    xdr_destroy(&xdrs);
    if (snapshot == NULL)
        persister_save_raft_state(store->persister, image);
    else
        persister_save(store->persister, image, *snapshot);
    bytes_free(&image);
    free(entries);
}

static void load(struct store *store, struct bytes image, int me)
{
    PersistentState state = { 0 };
    XDR xdrs;
    xdrmem_create(&xdrs, image.data, (u_int)image.len, XDR_DECODE);
    if (!xdr_PersistentState(&xdrs, &state) || state.logs.logs_len < 1) {
        fprintf(stderr,
                "optimist: what server %d has saved is not a PersistentState\n",
                me);
        exit(2);
    }
    xdr_destroy(&xdrs);
    store->term = state.current_term;
    store->vote = state.voted_for;
    store->base = state.logs.logs_val[0].index;
    for (u_int k = 0; k < state.logs.logs_len; k++)
        store_push(store, &state.logs.logs_val[k]);
    xdr_free((xdrproc_t)xdr_PersistentState, &state);
}

void store_open(struct store *store, struct persister *persister, int me)
{
    *store = (struct store){ .persister = persister, .vote = NOBODY };
    struct bytes image = persister_read_raft_state(persister);
    if (image.len > 0)
        load(store, image, me);
    else
        store_push(store, &(Entry){ .index = 0 });
    bytes_free(&image);
}

void store_close(struct store *store)
{
    store_pop_from(store, -1);
    free(store->at);
}
