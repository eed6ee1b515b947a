// A bounded queue under one lock. Any number of threads send and receive.
#include "rt/channel_try.h"

#include "rt/alloc.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct channel {
    size_t item_size;
    int capacity;
    int slots;  // At least one: with capacity 0 an item waits in a slot, too.

    pthread_mutex_t mu;
    pthread_cond_t changed;

    // Guarded by mu. Item k is in slot k % slots;
    // n_received <= n_sent <= n_received + slots. A receiver that waits takes
    // an item for sure.
    char *items;
    long long n_sent;
    long long n_received;
    int n_waiting;  // Receivers.
    bool closed;
};

struct channel *channel_make(size_t item_size, int capacity)
{
    struct channel *ch = alloc(sizeof *ch);
    ch->item_size = item_size;
    ch->capacity = capacity;
    ch->slots = capacity > 0 ? capacity : 1;
    ch->items = alloc((size_t)ch->slots * item_size);
    pthread_mutex_init(&ch->mu, NULL);
    pthread_cond_init(&ch->changed, NULL);
    return ch;
}

static char *slot_of(struct channel *ch, long long item)
{
    return ch->items + (size_t)(item % ch->slots) * ch->item_size;
}

static long long put_locked(struct channel *ch, const void *item)
{
    long long mine = ch->n_sent++;
    memcpy(slot_of(ch, mine), item, ch->item_size);
    pthread_cond_broadcast(&ch->changed);
    return mine;
}

void channel_send(struct channel *ch, const void *item)
{
    pthread_mutex_lock(&ch->mu);
    assert(!ch->closed && "send on a closed channel");
    while (ch->n_sent - ch->n_received == ch->slots)
        pthread_cond_wait(&ch->changed, &ch->mu);
    long long mine = put_locked(ch, item);
    if (ch->capacity == 0) {
        while (ch->n_received <= mine)
            pthread_cond_wait(&ch->changed, &ch->mu);
    }
    pthread_mutex_unlock(&ch->mu);
}

bool channel_try_send(struct channel *ch, const void *item)
{
    pthread_mutex_lock(&ch->mu);
    assert(!ch->closed && "send on a closed channel");
    long long n = ch->n_sent - ch->n_received;
    bool may_send =
        n < (ch->capacity > 0 ? ch->capacity : ch->n_waiting) && n < ch->slots;
    if (may_send)
        put_locked(ch, item);
    pthread_mutex_unlock(&ch->mu);
    return may_send;
}

bool channel_receive(struct channel *ch, void *item)
{
    pthread_mutex_lock(&ch->mu);
    ch->n_waiting++;
    while (ch->n_sent == ch->n_received && !ch->closed)
        pthread_cond_wait(&ch->changed, &ch->mu);
    ch->n_waiting--;
    bool has_item = ch->n_sent > ch->n_received;
    if (has_item) {
        memcpy(item, slot_of(ch, ch->n_received++), ch->item_size);
        pthread_cond_broadcast(&ch->changed);
    }
    pthread_mutex_unlock(&ch->mu);
    return has_item;
}

void channel_close(struct channel *ch)
{
    pthread_mutex_lock(&ch->mu);
    ch->closed = true;
    pthread_cond_broadcast(&ch->changed);
    pthread_mutex_unlock(&ch->mu);
}

void channel_free(struct channel *ch)
{
    pthread_cond_destroy(&ch->changed);
    pthread_mutex_destroy(&ch->mu);
    free(ch->items);
    free(ch);
}
