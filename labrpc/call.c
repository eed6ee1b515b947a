// The life of one call. Its caller's thread waits out all the delays; the
// handler runs on a thread of the network's group.
//
// The two share the call and whoever leaves last frees it, since each may
// outlive the other: a caller does not wait for a handler whose server was
// deleted, and a handler has nothing left to do while its reply is delayed.
#include "labrpc/internal.h"

#include "rt/alloc.h"
#include "rt/clock.h"
#include "rt/mutex.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

// MIT's numbers; students know them from its pages.
#define REQUEST_DELAY_MS   26    // At most, unreliable.
#define LOST_PERCENT       10    // Of requests, and of replies, unreliable.
#define HOLD_BACK_OF_900   600   // Replies, with long reordering,
#define HOLD_BACK_MIN_MS   200   // for so long
#define HOLD_BACK_EXTRA_MS 2000  // and up to less than this in addition.
#define NO_ANSWER_MS       100   // Less than this, when nobody can answer;
#define NO_ANSWER_LONG_MS  7000  // with long delays.
#define LOOK_MS            100   // How often a caller looks for a dead server.

// How often a caller offers the processor before it sleeps. A call took 71 us
// with none, 10 us with 5, 5 us with 20, 3 us with 50, 2 us with 200; 20 take
// 6 us, which is what a call costs in vain if the handler is slow.
#define YIELDS 20

struct call {
    struct labrpc_end *end;
    struct labrpc_network *net;
    atomic_int n_owners;

    // Set before the handler starts, not changed after.
    struct labrpc_server *server;
    const struct service *service;

    // The caller's, then the handler's from its start until `answered`, then
    // the caller's again.
    struct bytes args;
    struct bytes reply;

    pthread_cond_t wake;

    // Guarded by net->mu.
    LIST_ENTRY(call) as_sleeper;
    // Set under net->mu; also read without it, to learn that there may be
    // something to do.
    atomic_bool answered;
};

static struct call *call_make(struct labrpc_end *end,
                              const struct labrpc_method *method,
                              const void *args)
{
    struct call *call = alloc(sizeof *call);
    call->end = end;
    call->net = end->net;
    call->args =
        labrpc_encode("arguments", method->name, method->xdr_args, args);
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
    bytes_free(&call->args);
    if (!labrpc_run_handler(method, call->service->receiver, args, reply))
        return false;
    call->reply =
        labrpc_encode("reply", method->name, method->xdr_reply, reply);
    xdr_free(method->xdr_args, args);
    xdr_free(method->xdr_reply, reply);
    free(args);
    free(reply);
    return true;
}

// Runs on the handler's thread.
static void run_handler(void *arg)
{
    struct call *call = arg;
    bool has_reply = make_reply(call);

    struct labrpc_network *net = call->net;
    pthread_mutex_lock(&net->mu);
    if (--net->n_handlers == 0)
        pthread_cond_broadcast(&net->all_returned);
    pthread_cond_signal(&call->wake);
    // Last, since a caller that sees this goes for the lock.
    call->answered = has_reply;
    pthread_mutex_unlock(&net->mu);
    call_release(call);
}

// Hands the request to the server. A server that does not have the method has
// been given the wrong services, or its caller the wrong name.
static void start_handler(struct call *call, const char *method)
{
    call->service = labrpc_find_method(call->server, method);
    if (call->service == NULL)
        labrpc_fatal("server '%s' has no method %s; its methods are: %s",
                     call->end->place->name, method,
                     labrpc_method_names(call->server));
    atomic_fetch_add(&call->n_owners, 1);
    go(call->net->handlers, "handler", run_handler, call);
}

// ---- The way there ----

// Takes the request to its server; false if it gets lost, or finds nobody.
static bool carry_request_locked(struct call *call)
{
    struct labrpc_network *net = call->net;
    must_hold(&net->mu);
    const struct labrpc_end *end = call->end;
    if (end->enabled && end->place != NULL)
        call->server = end->place->server;
    if (call->server == NULL) {
        int bound = net->long_delays ? NO_ANSWER_LONG_MS : NO_ANSWER_MS;
        delay_locked(call, rng_below(&net->rng, bound));
        return false;
    }
    if (!net->unreliable)
        return true;
    return delay_locked(call, rng_between(&net->rng, 0, REQUEST_DELAY_MS)) &&
           !rng_chance(&net->rng, LOST_PERCENT, 100);
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
    }
    if (sent) {
        call->server->n_calls++;
        net->n_handlers++;
    }
    pthread_mutex_unlock(&net->mu);
    return sent;
}

// ---- The way back ----

// Offers the processor for a while, in the hope that the handler answers. Most
// take a few microseconds, and waking a caller that sleeps costs up to 40 where
// the other core has to be woken from its own sleep (a virtual machine).
static void offer_yields(const struct call *call)
{
    for (int i = 0; i < YIELDS && !atomic_load(&call->answered); i++)
        sched_yield();
}

// Can a reply still come? Not from a server that is gone from its name (the
// reply would tell of what only the dead instance knows), nor through an end
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
    return is_reachable_locked(call);
}

// Takes the reply to the caller; false if it gets lost.
static bool carry_reply_locked(struct call *call)
{
    struct labrpc_network *net = call->net;
    must_hold(&net->mu);
    if (net->unreliable && rng_chance(&net->rng, LOST_PERCENT, 100))
        return false;
    if (!net->long_reordering || !rng_chance(&net->rng, HOLD_BACK_OF_900, 900))
        return true;
    int extra =
        rng_below(&net->rng, 1 + rng_below(&net->rng, HOLD_BACK_EXTRA_MS));
    return delay_locked(call, HOLD_BACK_MIN_MS + extra);
}

static bool receive_reply(struct call *call)
{
    struct labrpc_network *net = call->net;
    offer_yields(call);
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
    struct call *call = call_make(end, method, args);
    bool received = false;
    if (send_request(call)) {
        start_handler(call, method->name);
        received = receive_reply(call);
    }
    if (received) {
        memset(reply, 0, method->reply_size);
        labrpc_decode("reply", method->name, method->xdr_reply, call->reply,
                      reply);
    }
    call_release(call);
    return received;
}
