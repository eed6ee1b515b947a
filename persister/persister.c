// The saved state and the snapshot, in memory, under one lock.
#include "persister/persister.h"

#include "events/events.h"
#include "rt/alloc.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct persister {
    pthread_mutex_t mu;

    // Guarded by mu.
    struct bytes raft_state;
    size_t capacity;  // Of raft_state.data, at least raft_state.len.
    struct bytes snapshot;
    struct events *events;  // Gets the saves' events; or NULL.
    struct event_life life;
};

struct persister *persister_make(void)
{
    struct persister *p = alloc(sizeof *p);
    pthread_mutex_init(&p->mu, NULL);
    return p;
}

static struct persister *copy_locked(struct persister *p)
{
    struct persister *copy = persister_make();
    persister_save(copy, p->raft_state, p->snapshot);
    return copy;
}

struct persister *persister_copy(struct persister *p)
{
    pthread_mutex_lock(&p->mu);
    struct persister *copy = copy_locked(p);
    pthread_mutex_unlock(&p->mu);
    return copy;
}

struct persister *persister_hand_over(struct persister *p)
{
    pthread_mutex_lock(&p->mu);
    struct persister *successor = copy_locked(p);
    p->events = NULL;
    pthread_mutex_unlock(&p->mu);
    return successor;
}

void persister_set_events(struct persister *p, struct events *events,
                          struct event_life life)
{
    p->events = events;
    p->life = life;
}

void persister_free(struct persister *p)
{
    bytes_free(&p->raft_state);
    bytes_free(&p->snapshot);
    pthread_mutex_destroy(&p->mu);
    free(p);
}

// Sets the length and keeps the content. The capacity grows by doubling, so
// that many small saves do not each copy the whole state. It shrinks when three
// quarters are unused, so that a snapshot gives memory back.
static void resize_locked(struct persister *p, size_t len)
{
    if (len > p->capacity || len < p->capacity / 4) {
        p->capacity = len > p->capacity ? len * 2 : len;
        p->raft_state.data = alloc_resize(p->raft_state.data, p->capacity, 1);
    }
    p->raft_state.len = len;
}

static void write_locked(struct persister *p, size_t at, struct bytes from)
{
    if (from.len > 0)
        memcpy((char *)p->raft_state.data + at, from.data, from.len);
}

static void tell_locked(struct persister *p, struct bytes_range untouched)
{
    if (p->events == NULL)
        return;
    events_tell(p->events, &(struct event){ .kind = EVENT_SAVED,
                                            .life = p->life,
                                            .saved = { p->raft_state, untouched,
                                                       p->snapshot } });
}

static void replace_locked(struct persister *p, struct bytes raft_state)
{
    resize_locked(p, raft_state.len);
    write_locked(p, 0, raft_state);
}

void persister_save_raft_state(struct persister *p, struct bytes raft_state)
{
    pthread_mutex_lock(&p->mu);
    replace_locked(p, raft_state);
    tell_locked(p, (struct bytes_range){ 0, 0 });
    pthread_mutex_unlock(&p->mu);
}

void persister_save(struct persister *p, struct bytes raft_state,
                    struct bytes snapshot)
{
    struct bytes copy = bytes_copy(snapshot);
    pthread_mutex_lock(&p->mu);
    replace_locked(p, raft_state);
    bytes_free(&p->snapshot);
    p->snapshot = copy;
    tell_locked(p, (struct bytes_range){ 0, 0 });
    pthread_mutex_unlock(&p->mu);
}

void persister_save_tail(struct persister *p, struct bytes head, size_t keep,
                         struct bytes tail)
{
    pthread_mutex_lock(&p->mu);
    assert(head.len <= keep);
    assert(keep <= p->raft_state.len);
    resize_locked(p, keep + tail.len);
    write_locked(p, 0, head);
    write_locked(p, keep, tail);
    tell_locked(p, (struct bytes_range){ head.len, keep });
    pthread_mutex_unlock(&p->mu);
}

struct bytes persister_read_raft_state(struct persister *p)
{
    pthread_mutex_lock(&p->mu);
    struct bytes copy = bytes_copy(p->raft_state);
    pthread_mutex_unlock(&p->mu);
    return copy;
}

struct bytes persister_read_snapshot(struct persister *p)
{
    pthread_mutex_lock(&p->mu);
    struct bytes copy = bytes_copy(p->snapshot);
    pthread_mutex_unlock(&p->mu);
    return copy;
}

size_t persister_raft_state_size(struct persister *p)
{
    pthread_mutex_lock(&p->mu);
    size_t size = p->raft_state.len;
    pthread_mutex_unlock(&p->mu);
    return size;
}

size_t persister_snapshot_size(struct persister *p)
{
    pthread_mutex_lock(&p->mu);
    size_t size = p->snapshot.len;
    pthread_mutex_unlock(&p->mu);
    return size;
}
