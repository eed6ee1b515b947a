// The life of one call. Its caller's thread waits out all the delays; the
// handler runs on a thread of the network's group. So does a duplicate of the
// request, delay and all, as a call that nobody has made.
//
// The two share the call and whoever leaves last frees it, since each may
// outlive the other: a caller does not wait for a handler whose server was
// deleted, and a handler has nothing left to do while its reply is delayed.
#include "labrpc/internal.h"

#include "rt/alloc.h"
#include "rt/clock.h"
#include "rt/mutex.h"
#include "rt/yield.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

// MIT's numbers; students know them from its pages.
#define REQUEST_DELAY_MS   26    // At most, unreliable.
#define LOST_PERCENT       10    // Of requests, and of replies, unreliable.
#define HOLD_BACK_OF_900   600   // Messages, with long reordering,
#define HOLD_BACK_MIN_MS   200   // for so long
#define HOLD_BACK_EXTRA_MS 2000  // and up to less than this in addition.
#define NO_ANSWER_MS       100   // Less than this, when nobody can answer;
#define NO_ANSWER_LONG_MS  7000  // with long delays.
#define LOOK_MS            100   // How often a caller looks for a dead server.

#define DUPLICATE_MS 2000  // A duplicate is later than its request by less.

struct call {
    struct labrpc_end *end;
    struct labrpc_network *net;
    const struct labrpc_method *method;  // The caller's, until it returns.
    atomic_int n_owners;

    // Set before the handler starts, not changed after.
    struct labrpc_server *server;
    const struct service *service;

    // The caller's, then the handler's from its start until `answered`, then
    // the caller's again.
    struct bytes args;
    struct bytes reply;
    uint64_t event;  // The last that was told of it: the next one's cause.

    pthread_cond_t wake;

    // Guarded by net->mu.
    LIST_ENTRY(call) as_sleeper;
    bool given_up;  // The caller waits no longer: the reply goes to nobody.
    // Set under net->mu; also read without it, to learn that there may be
    // something to do.
    atomic_bool answered;
};

// A call with these encoded arguments, which become the call's.
static struct call *call_make(struct labrpc_end *end,
                              const struct labrpc_method *method,
                              struct bytes args)
{
    struct call *call = alloc(sizeof *call);
    call->end = end;
    call->net = end->net;
    call->method = method;
    call->args = args;
    atomic_init(&call->n_owners, 1);
    cond_init(&call->wake);
    return call;
}

static void call_release(struct call *call)
{
    if (atomic_fetch_sub(&call->n_owners, 1) > 1)
        return;
    pthread_cond_destroy(&call->wake);
    bytes_free(&call->args);
    bytes_free(&call->reply);
    free(call);
}

// ---- Waiting ----

// Sleeps until somebody signals the call, or until the clock reads due_ns.
static void sleep_until_locked(struct call *call, int64_t due_ns)
{
    must_hold(&call->net->mu);
    LIST_INSERT_HEAD(&call->net->sleepers, call, as_sleeper);
    cond_wait_until(&call->wake, &call->net->mu, due_ns);
    LIST_REMOVE(call, as_sleeper);
}

// Waits out a delay; false if the network was cleaned up meanwhile.
static bool delay_locked(struct call *call, int ms)
{
    must_hold(&call->net->mu);
    int64_t due_ns = clock_now_ns() + ms * NS_PER_MS;
    while (!call->net->closed && clock_now_ns() < due_ns)
        sleep_until_locked(call, due_ns);
    return !call->net->closed;
}

void labrpc_cleanup(struct labrpc_network *net)
{
    pthread_mutex_lock(&net->mu);
    net->closed = true;
    struct call *call;
    LIST_FOREACH(call, &net->sleepers, as_sleeper)
    pthread_cond_signal(&call->wake);
    pthread_mutex_unlock(&net->mu);
}

// ---- Telling of it ----

static bool is_callers(enum event_kind kind)
{
    return kind == EVENT_REQUEST_SENT || kind == EVENT_REQUEST_DOUBLED ||
           kind == EVENT_REQUEST_LOST || kind == EVENT_REPLY_ARRIVED;
}

// Tells what becomes of the call's message; the event has its kind, and what is
// known of the message.
static void tell(struct call *call, struct event event)
{
    if (call->net->events == NULL)
        return;
    struct event_life caller = call->end->owner;
    struct event_life callee =
        call->server != NULL ? call->server->owner
                             : (struct event_life){ call->end->to_number, 0 };
    bool callers = is_callers(event.kind);
    event.life = callers ? caller : callee;
    event.message.peer = callers ? callee : caller;
    event.message.method = callers ? call->method : call->service->method;
    event.cause = call->event;
    call->event = events_tell(call->net->events, &event);
}

// Why a message gets lost.
static const char dropped[] = "dropped";  // By an unreliable network.
static const char cut_off[] = "cut off";  // Its way is cut, or leads to nobody.
static const char ended[] = "ended";      // The network was cleaned up.
static const char unwanted[] = "nobody waits";

// Tells that the request or the reply is lost; returns false, as what carries
// it does then.
static bool lose(struct call *call, enum event_kind kind, const char *why)
{
    tell(call, (struct event){ kind, .message = { .why = why } });
    return false;
}

// ---- The handler ----

// Decodes the arguments, runs the handler, encodes its reply. False if the
// server ceased to be meanwhile.
static bool make_reply(struct call *call)
{
    const struct labrpc_method *method = call->service->method;
    void *args = alloc(method->args_size);
    void *reply = alloc(method->reply_size);
    labrpc_decode("arguments", method->name, method->xdr_args, call->args,
                  args);
    tell(call,
         (struct event){ EVENT_REQUEST_ARRIVED,
                         .message = { .size = call->args.len, .args = args } });
    bytes_free(&call->args);
    if (!labrpc_run_handler(method, call->service->receiver, args, reply))
        return false;
    call->reply =
        labrpc_encode("reply", method->name, method->xdr_reply, reply);
    tell(call,
         (struct event){ EVENT_REPLY_SENT, .message = { .size = call->reply.len,
                                                        .args = args,
                                                        .reply = reply } });
    xdr_free(method->xdr_args, args);
    xdr_free(method->xdr_reply, reply);
    free(args);
    free(reply);
    return true;
}

// The handler's thread, or a duplicate's, is through with the call.
static void leave_call(struct call *call, bool has_reply)
{
    struct labrpc_network *net = call->net;
    pthread_mutex_lock(&net->mu);
    if (--net->n_handlers == 0)
        pthread_cond_broadcast(&net->all_returned);
    pthread_cond_signal(&call->wake);
    if (has_reply && call->given_up)
        lose(call, EVENT_REPLY_LOST, net->closed ? ended : unwanted);
    // Last, since a caller that sees this goes for the lock.
    call->answered = has_reply;
    pthread_mutex_unlock(&net->mu);
    call_release(call);
}

// Runs on the handler's thread.
static void run_handler(void *arg)
{
    struct call *call = arg;
    leave_call(call, make_reply(call));
}

// Finds what will answer. A server that does not have the method has been given
// the wrong services, or its caller the wrong name.
static void find_service(struct call *call)
{
    const char *method = call->method->name;
    assert(call->end->place != NULL && "that is where the server is");
    call->service = labrpc_find_method(call->server, method);
    if (call->service == NULL)
        labrpc_fatal("server '%s' has no method %s; its methods are: %s",
                     call->end->place->name, method,
                     labrpc_method_names(call->server));
}

static void start_handler(struct call *call)
{
    find_service(call);
    atomic_fetch_add(&call->n_owners, 1);
    go(call->net->handlers, "handler", run_handler, call);
}

// ---- Delays ----

// How long a call takes to fail that nobody can answer.
static int no_answer_ms(struct rng *rng, bool long_delays)
{
    return rng_below(rng, long_delays ? NO_ANSWER_LONG_MS : NO_ANSWER_MS);
}

// For how long reordering holds a message back; mostly for some, at times for
// none.
static int hold_back_ms(struct rng *rng)
{
    if (!rng_chance(rng, HOLD_BACK_OF_900, 900))
        return 0;
    int extra = rng_below(rng, 1 + rng_below(rng, HOLD_BACK_EXTRA_MS));
    return HOLD_BACK_MIN_MS + extra;
}

// Takes so long to its place that it finds who stands there then, be it another
// server than when it left; false if nobody does.
static bool travel_locked(struct call *call, int ms)
{
    must_hold(&call->net->mu);
    if (!delay_locked(call, ms))
        return false;
    call->server = call->end->place->server;
    return call->server != NULL;
}

// ---- Duplicates ----

// Runs on the duplicate's thread. Its reply goes to nobody.
static void deliver_duplicate(void *arg)
{
    struct call *copy = arg;
    struct labrpc_network *net = copy->net;
    pthread_mutex_lock(&net->mu);
    int later_ms = rng_below(&net->rng, 1 + rng_below(&net->rng, DUPLICATE_MS));
    bool arrives =
        travel_locked(copy, copy->end->request_way.delay_ms + later_ms);
    if (arrives)
        copy->server->n_calls++;
    else
        lose(copy, EVENT_REQUEST_LOST, net->closed ? ended : cut_off);
    pthread_mutex_unlock(&net->mu);

    if (arrives)
        find_service(copy);
    leave_call(copy, arrives && make_reply(copy));
}

// Sends the request a second time, whatever becomes of the first.
static void start_duplicate_locked(struct call *call)
{
    struct labrpc_network *net = call->net;
    must_hold(&net->mu);
    find_service(call);
    // The server's own method, since the caller's may be gone before this is.
    struct call *copy =
        call_make(call->end, call->service->method, bytes_copy(call->args));
    copy->given_up = true;
    copy->event = call->event;
    tell(copy, (struct event){ .kind = EVENT_REQUEST_DOUBLED });
    net->n_handlers++;
    go(net->handlers, "duplicate", deliver_duplicate, copy);
}

// ---- The way there ----

// Takes the request to its server; false if it gets lost, or finds nobody.
static bool carry_request_locked(struct call *call)
{
    struct labrpc_network *net = call->net;
    must_hold(&net->mu);
    const struct labrpc_end *end = call->end;
    if (end->enabled && end->place != NULL && !end->request_way.cut)
        call->server = end->place->server;
    if (call->server == NULL) {
        lose(call, EVENT_REQUEST_LOST, cut_off);
        delay_locked(call, no_answer_ms(&net->rng, net->long_delays));
        return false;
    }
    if (net->duplicate_percent > 0 &&
        rng_chance(&net->rng, net->duplicate_percent, 100))
        start_duplicate_locked(call);
    bool unreliable = net->unreliable;  // When it leaves.
    if (unreliable &&
        !delay_locked(call, rng_between(&net->rng, 0, REQUEST_DELAY_MS)))
        return lose(call, EVENT_REQUEST_LOST, ended);
    if (unreliable && rng_chance(&net->rng, LOST_PERCENT, 100))
        return lose(call, EVENT_REQUEST_LOST, dropped);
    int ms = end->request_way.delay_ms;
    if (net->request_reordering)
        ms += hold_back_ms(&net->rng);
    if (ms > 0 && !travel_locked(call, ms))
        return lose(call, EVENT_REQUEST_LOST, net->closed ? ended : cut_off);
    return true;
}

static bool send_request(struct call *call)
{
    struct labrpc_network *net = call->net;
    pthread_mutex_lock(&net->mu);
    bool sent = false;
    if (!net->closed) {
        net->n_calls++;
        net->n_bytes += (long long)call->args.len;
        sent = carry_request_locked(call);
    } else {
        lose(call, EVENT_REQUEST_LOST, ended);
    }
    if (sent) {
        call->server->n_calls++;
        net->n_handlers++;
    }
    pthread_mutex_unlock(&net->mu);
    return sent;
}

// ---- The way back ----

// Can a reply still come? Not from a server that is gone from its name (the
// reply would tell of what only the dead life knows), nor through an end
// that is disabled.
static bool is_reachable_locked(const struct call *call)
{
    must_hold(&call->net->mu);
    return !call->net->closed && call->end->enabled &&
           call->end->place->server == call->server;
}

// Waits for the handler; false if its reply shall not be delivered.
static bool await_reply_locked(struct call *call)
{
    must_hold(&call->net->mu);
    while (is_reachable_locked(call) && !call->answered)
        sleep_until_locked(call, clock_now_ns() + LOOK_MS * NS_PER_MS);
    if (is_reachable_locked(call))
        return true;
    if (call->answered)
        lose(call, EVENT_REPLY_LOST, call->net->closed ? ended : cut_off);
    else
        call->given_up = true;
    return false;
}

// Takes the reply to the caller; false if it gets lost.
static bool carry_reply_locked(struct call *call)
{
    struct labrpc_network *net = call->net;
    must_hold(&net->mu);
    const struct way *way = &call->end->reply_way;
    if (way->cut) {
        lose(call, EVENT_REPLY_LOST, cut_off);
        delay_locked(call, no_answer_ms(&net->rng, net->long_delays));
        return false;
    }
    if (net->unreliable && rng_chance(&net->rng, LOST_PERCENT, 100))
        return lose(call, EVENT_REPLY_LOST, dropped);
    int ms = way->delay_ms;
    if (net->long_reordering)
        ms += hold_back_ms(&net->rng);
    if (ms > 0 && !delay_locked(call, ms))
        return lose(call, EVENT_REPLY_LOST, ended);
    return true;
}

static bool receive_reply(struct call *call)
{
    struct labrpc_network *net = call->net;
    yield_briefly(&call->answered);  // Most handlers are quick.
    pthread_mutex_lock(&net->mu);
    bool received = await_reply_locked(call) && carry_reply_locked(call);
    if (received)
        net->n_bytes += (long long)call->reply.len;
    pthread_mutex_unlock(&net->mu);
    return received;
}

bool labrpc_call(struct labrpc_end *end, const struct labrpc_method *method,
                 const void *args, void *reply)
{
    struct call *call = call_make(
        end, method,
        labrpc_encode("arguments", method->name, method->xdr_args, args));
    bool received = false;
    tell(call,
         (struct event){ EVENT_REQUEST_SENT,
                         .message = { .size = call->args.len, .args = args } });
    if (send_request(call)) {
        start_handler(call);
        received = receive_reply(call);
    }
    if (received) {
        memset(reply, 0, method->reply_size);
        labrpc_decode("reply", method->name, method->xdr_reply, call->reply,
                      reply);
        tell(call, (struct event){ EVENT_REPLY_ARRIVED,
                                   .message = { .size = call->reply.len,
                                                .args = args,
                                                .reply = reply } });
    }
    call_release(call);
    return received;
}
