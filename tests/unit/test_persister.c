// The persister: a save is read back as a whole, and copies are independent.
#include "persister/persister.h"

#include "events/events.h"
#include "rt/clock.h"
#include "rt/go.h"
#include "tests/unit/unit.h"

#include <stdatomic.h>
#include <string.h>

static struct bytes text(const char *s)
{
    return (struct bytes){ (void *)s, strlen(s) };
}

static void assert_state(struct persister *p, const char *expected)
{
    struct bytes read = persister_read_raft_state(p);
    check_that(bytes_equal(read, text(expected)), "'%.*s', expected '%s'",
               (int)read.len, (char *)read.data, expected);
    check(persister_raft_state_size(p) == strlen(expected));
    bytes_free(&read);
}

static void assert_snapshot(struct persister *p, const char *expected)
{
    struct bytes read = persister_read_snapshot(p);
    check(bytes_equal(read, text(expected)));
    check(persister_snapshot_size(p) == strlen(expected));
    bytes_free(&read);
}

UNIT_TEST(persister, starts_empty)
{
    struct persister *p = persister_make();
    assert_state(p, "");
    assert_snapshot(p, "");
    persister_free(p);
}

UNIT_TEST(persister, replaces_state_and_snapshot)
{
    struct persister *p = persister_make();
    persister_save(p, text("state"), text("snapshot"));
    assert_state(p, "state");
    assert_snapshot(p, "snapshot");

    persister_save_raft_state(p, text("a longer state"));
    assert_state(p, "a longer state");
    assert_snapshot(p, "snapshot");

    persister_save(p, text("s"), text(""));
    assert_state(p, "s");
    assert_snapshot(p, "");
    persister_free(p);
}

// Replaces the head, keeps the middle, replaces the rest: shorter, equal and
// longer.
UNIT_TEST(persister, saves_a_tail)
{
    struct persister *p = persister_make();
    persister_save(p, text("HEADmiddletail"), text("snapshot"));

    persister_save_tail(p, text("head"), 10, text("TAIL and more"));
    assert_state(p, "headmiddleTAIL and more");
    persister_save_tail(p, text("HEAD"), 6, text(""));
    assert_state(p, "HEADmi");
    persister_save_tail(p, text(""), 6, text("ddle"));
    assert_state(p, "HEADmiddle");
    assert_snapshot(p, "snapshot");
    persister_free(p);
}

// A change to the original reaches neither the copy nor the bytes that were
// read. A change to the caller's bytes does not reach the original.
UNIT_TEST(persister, copies_on_the_way_in_and_out)
{
    char mine[] = "mine";
    struct persister *p = persister_make();
    persister_save(p, text(mine), text(mine));
    struct persister *copy = persister_copy(p);
    struct bytes read = persister_read_raft_state(p);

    mine[0] = 'x';
    ((char *)read.data)[0] = 'y';
    assert_state(p, "mine");
    assert_snapshot(p, "mine");
    persister_save(p, text("new"), text("new"));
    assert_state(copy, "mine");
    assert_snapshot(copy, "mine");

    bytes_free(&read);
    persister_free(p);
    persister_free(copy);
}

struct reader {
    struct persister *p;
    atomic_bool stop;
    atomic_int torn;
};

// A copy shows state and snapshot of one moment.
static void look_for_torn_saves(void *arg)
{
    struct reader *reader = arg;
    while (!atomic_load(&reader->stop)) {
        struct persister *copy = persister_copy(reader->p);
        struct bytes state = persister_read_raft_state(copy);
        struct bytes snapshot = persister_read_snapshot(copy);
        if (!bytes_equal(state, snapshot))
            atomic_fetch_add(&reader->torn, 1);
        bytes_free(&state);
        bytes_free(&snapshot);
        persister_free(copy);
    }
}

// State and snapshot change together: no reader sees one without the other.
UNIT_TEST(persister, saves_are_atomic)
{
    struct reader reader = { .p = persister_make() };
    struct go_group *group = go_group_make();
    go(group, "reader", look_for_torn_saves, &reader);

    static const char *const values[] = { "one", "twotwo", "threethreethree" };
    int64_t end_ns = clock_now_ns() + 200 * NS_PER_MS;
    for (int i = 0; clock_now_ns() < end_ns; i++)
        persister_save(reader.p, text(values[i % 3]), text(values[i % 3]));

    atomic_store(&reader.stop, true);
    go_group_free(group);
    check(reader.torn == 0);
    persister_free(reader.p);
}

// ---- Observers ----

struct heard {
    int saves;
    struct bytes_range untouched;
};

static void hear(void *self, const struct event *event)
{
    check(event->kind == EVENT_SAVED);
    check(event->life.server == 7);
    struct heard *heard = self;
    heard->saves++;
    heard->untouched = event->saved.untouched;
}

// Each save is reported, until a copy succeeds the persister.
UNIT_TEST(persister, tells_of_each_save)
{
    struct heard heard = { 0 };
    struct persister *p = persister_make();
    struct events *events = events_make();
    events_add_reader(events, (struct event_reader){ hear, &heard });
    persister_set_events(p, events, (struct event_life){ .server = 7 });
    persister_save_raft_state(p, text("abcdef"));
    persister_save_tail(p, text("AB"), 4, text("xyz"));
    check(heard.saves == 2);
    check(heard.untouched.from == 2);
    check(heard.untouched.to == 4);

    struct persister *successor = persister_hand_over(p);
    assert_state(successor, "ABcdxyz");
    persister_save_raft_state(p, text("late"));
    check_that(heard.saves == 2, "the old one tells nothing");
    persister_set_events(successor, events, (struct event_life){ .server = 7 });
    persister_save(successor, text("new"), text("snap"));
    check(heard.saves == 3);
    check(heard.untouched.to == 0);
    persister_free(p);
    persister_free(successor);
    events_free(events);
}
