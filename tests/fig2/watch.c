// Looks at each save: a crash can come between any two saves. Runs on the
// thread that saves, under the persister's lock.
#include "tests/fig2/internal.h"

static void see_event(void *self, const struct event *event)
{
    struct script *s = self;
    script_look *look = atomic_load(&s->look);
    if (look == NULL || event->kind != EVENT_SAVED)
        return;
    struct saved now =
        script_decode_bytes(event->saved.raft_state, event->saved.snapshot);
    script_check_saved(s, &now);
    if (now.is_valid) {
        look(&s->looked_at, &now);
        s->looked_at = now;
    }
}

struct event_reader script_watcher(struct script *s)
{
    return (struct event_reader){ see_event, s };
}

void script_watch(struct script *s, script_look *look)
{
    s->looked_at = script_saved(s);
    atomic_store(&s->look, look);
}
