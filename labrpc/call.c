// One call. The caller's thread waits out all the delays. The handler runs on a
// thread of the network's group. A duplicate of the request is a call without a
// caller: its delay and its handler are both on a thread of the group.
//
// Caller and handler share the call, and each may outlive the other: a caller
// does not wait for a handler whose server was deleted, and a handler does not
// wait while its reply is delayed. The last to leave frees the call.
#include "labrpc/internal.h"

#include "rt/alloc.h"
#include "rt/clock.h"
#include "rt/draw.h"
#include "rt/mutex.h"
#include "rt/yield.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

// MIT's numbers. Unreliable: requests are delayed by at most REQUEST_DELAY_MS.
#define REQUEST_DELAY_MS 26
#define LOST_PERCENT     10  // Of requests, and of replies.

// Long reordering holds back HOLD_BACK_OF_900 of 900 messages, for
// HOLD_BACK_MIN_MS and less than HOLD_BACK_EXTRA_MS more.
#define HOLD_BACK_OF_900   600
#define HOLD_BACK_MIN_MS   200
#define HOLD_BACK_EXTRA_MS 2000

// A call to a server that cannot be reached fails after less than this.
#define NO_ANSWER_MS      100
#define NO_ANSWER_LONG_MS 7000  // With long delays.

// How often a waiting caller checks that the server can be reached.
#define REACHABLE_CHECK_MS 100

// A duplicate arrives less than this after it was sent. Not MIT's.
#define DUPLICATE_MS 2000

struct call {
    struct labrpc_end *end;
    struct labrpc_network *net;
    const struct labrpc_method *method;  // The caller's, until it returns.
    atomic_int n_owners;

    // Set before the handler starts; constant after.
    struct labrpc_server *server;
    const struct service *service;

    // Of the caller's thread, except from the handler's start until `answered`:
    // then of the handler's thread.
    struct bytes args;
    struct bytes reply;
    uint64_t event;  // Number of its last event: the next one's cause.

    pthread_cond_t wake;

    // Guarded by net->mu.
    LIST_ENTRY(call) as_sleeper;
    bool given_up;  // The caller does not wait any more: the reply is lost.
    // Written under net->mu. Read without it as a hint (yield_briefly).
    atomic_bool answered;
};

// Makes a call with these encoded arguments, which it takes over.
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

// Waits until the call is signalled, or until the clock reads due_ns.
static void sleep_until_locked(struct call *call, int64_t due_ns)
{
    must_hold(&call->net->mu);
    LIST_INSERT_HEAD(&call->net->sleepers, call, as_sleeper);
    cond_wait_until(&call->wake, &call->net->mu, due_ns);
    LIST_REMOVE(call, as_sleeper);
}

// Waits out a delay. False if the network was shut down meanwhile.
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

// ---- Events ----

static bool is_callers(enum event_kind kind)
{
    return kind == EVENT_REQUEST_SENT || kind == EVENT_REQUEST_DOUBLED ||
           kind == EVENT_REQUEST_LOST || kind == EVENT_REPLY_ARRIVED;
}

// Tells an event of the call. It comes with its kind and what is special to it;
// the rest is filled in.
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

// The reasons for which a message is lost.
static const char dropped[] = "dropped";  // By an unreliable network.
static const char cut_off[] = "cut off";  // By a cut, or there is no server.
static const char ended[] = "ended";      // The network was cleaned up.
static const char unwanted[] = "nobody waits";

// Tells that the request or the reply is lost. Returns false, for its caller to
// return.
static bool lose(struct call *call, enum event_kind kind, const char *why)
{
    tell(call, (struct event){ kind, .message = { .why = why } });
    return false;
}

// ---- The handler ----

// Decodes the arguments, runs the handler, encodes its reply. False if the
// server crashed meanwhile.
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

// Releases the call at the end of a handler's or a duplicate's thread.
static void leave_call(struct call *call, bool has_reply)
{
    struct labrpc_network *net = call->net;
    pthread_mutex_lock(&net->mu);
    if (--net->n_handlers == 0)
        pthread_cond_broadcast(&net->all_returned);
    pthread_cond_signal(&call->wake);
    if (has_reply && call->given_up)
        lose(call, EVENT_REPLY_LOST, net->closed ? ended : unwanted);
    // Set last: a caller that sees it then locks net->mu.
    call->answered = has_reply;
    pthread_mutex_unlock(&net->mu);
    call_release(call);
}

// The handler's thread.
static void run_handler(void *arg)
{
    struct call *call = arg;
    leave_call(call, make_reply(call));
}

// Finds the server's method. That there is none is a bug in the program: the
// server has the wrong services, or the caller the wrong name.
static void find_service(struct call *call)
{
    const char *method = call->method->name;
    assert(call->end->address != NULL && "connect the end before the call");
    call->service = labrpc_find_method(call->server, method);
    if (call->service == NULL)
        labrpc_fatal("server '%s' has no method %s; its methods are: %s",
                     call->end->address->name, method,
                     labrpc_method_names(call->server));
}

static void start_handler(struct call *call)
{
    find_service(call);
    atomic_fetch_add(&call->n_owners, 1);
    go(call->net->handlers, "handler", run_handler, call);
}

// ---- Delays ----

// Draws the delay after which a call to an unreachable server fails.
static int no_answer_ms(struct rng *rng, bool long_delays)
{
    int bound_ms = long_delays ? NO_ANSWER_LONG_MS : NO_ANSWER_MS;
    return draw_below(rng, "no-answer", bound_ms, bound_ms / 2);
}

// Draws how long reordering holds a message back: 0 for one third of them.
static int hold_back_ms(struct rng *rng)
{
    if (!draw_chance(rng, "late", HOLD_BACK_OF_900, 900))
        return 0;
    int bound_ms = 1 + draw_below(rng, "delay", HOLD_BACK_EXTRA_MS, 0);
    int extra = draw_below(rng, "delay", bound_ms, 0);
    return HOLD_BACK_MIN_MS + extra;
}

// Delays a request, then has it arrive at the server that has the name now,
// which may not be the one that had it before. False if there is none.
static bool arrive_late_locked(struct call *call, int ms)
{
    must_hold(&call->net->mu);
    if (!delay_locked(call, ms))
        return false;
    call->server = call->end->address->server;
    return call->server != NULL;
}

// ---- Duplicates ----

// The duplicate's thread. Its reply is thrown away.
static void deliver_duplicate(void *arg)
{
    struct call *copy = arg;
    struct labrpc_network *net = copy->net;
    pthread_mutex_lock(&net->mu);
    int bound_ms = 1 + draw_below(&net->rng, "delay", DUPLICATE_MS, 0);
    int later_ms = draw_below(&net->rng, "delay", bound_ms, 0);
    bool arrives =
        arrive_late_locked(copy, copy->end->requests.delay_ms + later_ms);
    if (arrives)
        copy->server->n_calls++;
    else
        lose(copy, EVENT_REQUEST_LOST, net->closed ? ended : cut_off);
    pthread_mutex_unlock(&net->mu);

    if (arrives)
        find_service(copy);
    leave_call(copy, arrives && make_reply(copy));
}

// Sends the request a second time.
static void start_duplicate_locked(struct call *call)
{
    struct labrpc_network *net = call->net;
    must_hold(&net->mu);
    find_service(call);
    // The server's struct of the method: the caller's may be freed earlier.
    struct call *copy =
        call_make(call->end, call->service->method, bytes_copy(call->args));
    copy->given_up = true;
    copy->event = call->event;
    tell(copy, (struct event){ .kind = EVENT_REQUEST_DOUBLED });
    net->n_handlers++;
    go(net->handlers, "duplicate", deliver_duplicate, copy);
}

// ---- The request ----

// Carries the request to its server. False if it is lost, or the server cannot
// be reached.
static bool carry_request_locked(struct call *call)
{
    struct labrpc_network *net = call->net;
    must_hold(&net->mu);
    const struct labrpc_end *end = call->end;
    if (end->enabled && end->address != NULL && !end->requests.cut)
        call->server = end->address->server;
    if (call->server == NULL) {
        lose(call, EVENT_REQUEST_LOST, cut_off);
        delay_locked(call, no_answer_ms(&net->rng, net->long_delays));
        return false;
    }
    if (net->duplicate_percent > 0 &&
        draw_chance(&net->rng, "doubled", net->duplicate_percent, 100))
        start_duplicate_locked(call);
    bool unreliable = net->unreliable;  // As it is when the request leaves.
    if (unreliable && !delay_locked(call, draw_below(&net->rng, "delay",
                                                     REQUEST_DELAY_MS + 1, 0)))
        return lose(call, EVENT_REQUEST_LOST, ended);
    if (unreliable && draw_chance(&net->rng, "lost", LOST_PERCENT, 100))
        return lose(call, EVENT_REQUEST_LOST, dropped);
    int ms = end->requests.delay_ms;
    if (net->request_reordering)
        ms += hold_back_ms(&net->rng);
    if (ms > 0 && !arrive_late_locked(call, ms))
        return lose(call, EVENT_REQUEST_LOST, net->closed ? ended : cut_off);
    return true;
}

static bool carry_request(struct call *call)
{
    struct labrpc_network *net = call->net;
    pthread_mutex_lock(&net->mu);
    bool arrives = false;
    if (!net->closed) {
        net->n_calls++;
        net->n_bytes += (long long)call->args.len;
        arrives = carry_request_locked(call);
    } else {
        lose(call, EVENT_REQUEST_LOST, ended);
    }
    if (arrives) {
        call->server->n_calls++;
        net->n_handlers++;
    }
    pthread_mutex_unlock(&net->mu);
    return arrives;
}

// ---- The reply ----

// Can a reply still come? Not through a disabled end, and not from a server
// that has been deleted or replaced: a crashed server must not answer.
static bool is_reachable_locked(const struct call *call)
{
    must_hold(&call->net->mu);
    return !call->net->closed && call->end->enabled &&
           call->end->address->server == call->server;
}

// Waits for the handler. False if its reply must not be delivered.
static bool await_reply_locked(struct call *call)
{
    must_hold(&call->net->mu);
    while (is_reachable_locked(call) && !call->answered)
        sleep_until_locked(call,
                           clock_now_ns() + REACHABLE_CHECK_MS * NS_PER_MS);
    if (is_reachable_locked(call))
        return true;
    if (call->answered)
        lose(call, EVENT_REPLY_LOST, call->net->closed ? ended : cut_off);
    else
        call->given_up = true;
    return false;
}

// Carries the reply to the caller. False if it is lost.
static bool carry_reply_locked(struct call *call)
{
    struct labrpc_network *net = call->net;
    must_hold(&net->mu);
    const struct direction *replies = &call->end->replies;
    if (replies->cut) {
        lose(call, EVENT_REPLY_LOST, cut_off);
        delay_locked(call, no_answer_ms(&net->rng, net->long_delays));
        return false;
    }
    if (net->unreliable && draw_chance(&net->rng, "lost", LOST_PERCENT, 100))
        return lose(call, EVENT_REPLY_LOST, dropped);
    int ms = replies->delay_ms;
    if (net->long_reordering)
        ms += hold_back_ms(&net->rng);
    if (ms > 0 && !delay_locked(call, ms))
        return lose(call, EVENT_REPLY_LOST, ended);
    return true;
}

static bool carry_reply(struct call *call)
{
    struct labrpc_network *net = call->net;
    yield_briefly(&call->answered);  // Most handlers return soon.
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
    if (carry_request(call)) {
        start_handler(call);
        received = carry_reply(call);
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
