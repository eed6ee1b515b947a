// Looks at each save: a crash can come between any two saves. Runs on the
// thread that saves, under the persister's lock.
#include "tests/fig2/internal.h"

static void see_event(void *self, const struct event *event)
{
    struct script *s = self;
    script_save_observer *observer = atomic_load(&s->observer);
    if (observer == NULL || event->kind != EVENT_SAVED)
        return;
    struct saved now =
        script_decode_bytes(event->saved.raft_state, event->saved.snapshot);
    script_check_saved(s, &now);
    if (now.is_valid) {
        observer(&s->last_save, &now);
        s->last_save = now;
    }
}

struct event_reader script_save_reader(struct script *s)
{
    return (struct event_reader){ see_event, s };
}

void script_observe_saves(struct script *s, script_save_observer *observer)
{
    s->last_save = script_saved(s);
    atomic_store(&s->observer, observer);
}
