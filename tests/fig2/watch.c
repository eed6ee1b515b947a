// What is saved, looked at with each save: a crash can come between any two. On
// the thread that saves, under the persister's lock.
#include "tests/fig2/internal.h"

static void see_save(void *self, struct bytes raft_state,
                     struct persister_range untouched, struct bytes snapshot)
{
    (void)untouched;
    struct script *s = self;
    script_look *look = atomic_load(&s->look);
    if (look == NULL)
        return;
    struct saved now = script_decode_bytes(raft_state, snapshot);
    script_check_saved(s, &now);
    if (now.is_valid) {
        look(&s->looked_at, &now);
        s->looked_at = now;
    }
}

struct persister *script_make_persister(struct script *s)
{
    struct persister *persister = persister_make();
    persister_observe(persister, (struct persister_observer){ see_save, s });
    return persister;
}

void script_watch(struct script *s, script_look *look)
{
    s->looked_at = script_saved(s);
    atomic_store(&s->look, look);
}
