// The stream of events: which reader gets which event, in which order, and with
// which cause.
#include "events/events.h"
#include "labrpc/labrpc.h"
#include "tests/unit/unit.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <unistd.h>

enum { MAX_HEARD = 20 };

// The events of all readers together. Two threads report the events of an RPC.
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static struct event heard[MAX_HEARD];
static const char *by[MAX_HEARD];
static int n_heard;

static void hear(void *self, const struct event *event)
{
    pthread_mutex_lock(&mu);
    check(n_heard < MAX_HEARD);
    by[n_heard] = self;
    heard[n_heard++] = *event;
    pthread_mutex_unlock(&mu);
}

static struct events *stream_with(const char *reader)
{
    struct events *events = events_make();
    events_add_reader(events, (struct event_reader){ hear, (void *)reader });
    return events;
}

UNIT_TEST(events, readers_hear_in_their_order)
{
    struct events *events = stream_with("first");
    events_add_reader(events, (struct event_reader){ hear, "second" });

    struct event event = { .kind = EVENT_LEADS, .term = 5 };
    check(events_tell(events, &event) == 1);
    check(events_tell(events, &event) == 2);

    check(n_heard == 4);
    for (int k = 0; k < 4; k++) {
        check(strcmp(by[k], k % 2 == 0 ? "first" : "second") == 0);
        check(heard[k].number == (uint64_t)(1 + k / 2));
        check(heard[k].term == 5);
        check(heard[k].time_ns > 0);
        check(heard[k].thread == gettid());
    }
    events_free(events);
}

UNIT_TEST(events, a_reader_may_leave)
{
    struct events *events = stream_with("first");
    struct event_reader second = { hear, "second" };
    events_add_reader(events, second);
    events_add_reader(events, (struct event_reader){ hear, "third" });
    events_remove_reader(events, second);

    struct event event = { .kind = EVENT_LEADS };
    events_tell(events, &event);
    check(n_heard == 2);
    check(strcmp(by[0], "first") == 0);
    check(strcmp(by[1], "third") == 0);
    events_free(events);
}

UNIT_TEST(events, nobody_needs_a_stream)
{
    struct event event = { .kind = EVENT_CRASHED };
    check(events_tell(NULL, &event) == 0);
}

UNIT_TEST(events, lives_of_all_servers_are_numbered)
{
    struct events *events = stream_with("reader");
    struct event_life first = events_start_life(events, 2);
    struct event_life second = events_start_life(events, 2);
    events_free(events);

    check(first.server == 2);
    check(first.number == 1);
    check(second.number == 2);
    check(heard[1].kind == EVENT_STARTED);
    check(heard[1].life.number == 2);
}

// ---- The network's events ----

static void add_one(void *receiver, const void *args, void *reply)
{
    (void)receiver;
    *(int *)reply = *(const int *)args + 1;
}

static const struct labrpc_method method = {
    .name = "Test.AddOne",
    .xdr_args = (xdrproc_t)xdr_int,
    .args_size = sizeof(int),
    .xdr_reply = (xdrproc_t)xdr_int,
    .reply_size = sizeof(int),
    .handler = add_one,
};

static const struct event_life caller = { 0, 1 }, callee = { 1, 2 };

// The fault of a call's network.
struct fault {
    bool duplicates;
    bool request_cut;
    bool reply_cut;
};

// One call from server 0 to server 1.
static void call_once(struct fault fault)
{
    struct events *events = stream_with("reader");
    struct labrpc_network *net = labrpc_make_network();
    labrpc_set_events(net, events);
    labrpc_set_duplicates(net, fault.duplicates ? 100 : 0);
    struct labrpc_end *end = labrpc_make_end(net, "end");
    labrpc_set_owner(end, caller, 1);
    labrpc_connect(end, "server 1");
    labrpc_enable(end, true);
    labrpc_cut(end, LABRPC_REQUESTS, fault.request_cut);
    labrpc_cut(end, LABRPC_REPLIES, fault.reply_cut);
    struct labrpc_server *server = labrpc_make_server();
    labrpc_add_service(server, &method, 1, NULL);
    labrpc_set_server_owner(server, callee);
    labrpc_add_server(net, "server 1", server);

    int args = 41, reply = 0;
    bool is_cut = fault.request_cut || fault.reply_cut;
    check(labrpc_call(end, &method, &args, &reply) == !is_cut);
    check(reply == (is_cut ? 0 : 42));

    while (fault.duplicates && labrpc_get_count(net, "server 1") < 2)
        sched_yield();
    labrpc_cleanup(net);
    labrpc_free_network(net);
    events_free(events);
}

static int count(enum event_kind kind, uint64_t cause)
{
    int n = 0;
    for (int k = 0; k < n_heard; k++)
        n += heard[k].kind == kind && heard[k].cause == cause;
    return n;
}

UNIT_TEST(events, each_step_of_an_rpc_knows_the_one_before)
{
    call_once((struct fault){ 0 });

    static const enum event_kind kinds[] = { EVENT_REQUEST_SENT,
                                             EVENT_REQUEST_ARRIVED,
                                             EVENT_REPLY_SENT,
                                             EVENT_REPLY_ARRIVED };
    check(n_heard == 4);
    for (int k = 0; k < 4; k++) {
        bool at_server = k == 1 || k == 2;
        check(heard[k].kind == kinds[k]);
        check(heard[k].cause == (uint64_t)k);
        check(heard[k].life.server == (at_server ? 1 : 0));
        check(heard[k].message.peer.server == (at_server ? 0 : 1));
        check((heard[k].message.reply != NULL) == (k >= 2));
    }
}

// The number of the only event of this kind.
static uint64_t find(enum event_kind kind)
{
    uint64_t found = 0;
    for (int k = 0; k < n_heard; k++) {
        check(heard[k].kind != kind || found == 0);
        if (heard[k].kind == kind)
            found = heard[k].number;
    }
    check(found != 0);
    return found;
}

UNIT_TEST(events, a_duplicate_comes_of_the_same_request)
{
    call_once((struct fault){ .duplicates = true });

    uint64_t sent = find(EVENT_REQUEST_SENT);
    uint64_t doubled = find(EVENT_REQUEST_DOUBLED);
    check(count(EVENT_REQUEST_DOUBLED, sent) == 1);
    check(count(EVENT_REQUEST_ARRIVED, sent) == 1);
    check(count(EVENT_REQUEST_ARRIVED, doubled) == 1);
    // Its reply goes to nobody.
    find(EVENT_REPLY_LOST);
    find(EVENT_REPLY_ARRIVED);
}

UNIT_TEST(events, a_lost_request_is_the_end_of_it)
{
    call_once((struct fault){ .request_cut = true });

    check(n_heard == 2);
    check(count(EVENT_REQUEST_LOST, find(EVENT_REQUEST_SENT)) == 1);
    check(heard[1].life.server == 0);
    check(strcmp(heard[1].message.why, "cut off") == 0);
}

UNIT_TEST(events, a_lost_reply_comes_of_its_departure)
{
    call_once((struct fault){ .reply_cut = true });

    check(n_heard == 4);
    check(count(EVENT_REPLY_LOST, find(EVENT_REPLY_SENT)) == 1);
    check(heard[3].life.server == 1);
    check(heard[3].message.peer.server == 0);
    check(strcmp(heard[3].message.why, "cut off") == 0);
}
