// Hands each event to the readers. It takes no lock, so it changes no schedule
// and hides no race.
#include "events/events.h"

#include "rt/alloc.h"
#include "rt/clock.h"
#include "rt/go.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

#define MAX_READERS 4

struct events {
    // Changed only while no thread tells events.
    struct event_reader readers[MAX_READERS];
    int n_readers;

    _Atomic uint64_t n_events;
    atomic_int n_lives;
};

struct events *events_make(void)
{
    return alloc(sizeof(struct events));
}

void events_free(struct events *events)
{
    free(events);
}

void events_add_reader(struct events *events, struct event_reader reader)
{
    assert(events->n_readers < MAX_READERS);
    events->readers[events->n_readers++] = reader;
}

void events_remove_reader(struct events *events, struct event_reader reader)
{
    int k = 0;
    while (events->readers[k].self != reader.self ||
           events->readers[k].read != reader.read)
        k++;
    events->n_readers--;
    for (; k < events->n_readers; k++)
        events->readers[k] = events->readers[k + 1];
}

uint64_t events_tell_of(struct events *events, struct event *event)
{
    event->number = 1 + atomic_fetch_add_explicit(&events->n_events, 1,
                                                  memory_order_relaxed);
    event->time_ns = clock_peek_ns();
    for (int k = 0; k < events->n_readers; k++)
        events->readers[k].read(events->readers[k].self, event);
    return event->number;
}

uint64_t events_tell(struct events *events, struct event *event)
{
    if (events == NULL)
        return 0;
    event->thread = go_thread_id();
    return events_tell_of(events, event);
}

struct event_life events_start_life(struct events *events, int server)
{
    struct event event = { .kind = EVENT_STARTED, .life.server = server };
    event.life.number = 1 + atomic_fetch_add_explicit(&events->n_lives, 1,
                                                      memory_order_relaxed);
    events_tell(events, &event);
    return event.life;
}
