// The simulated network keeps its promises: MIT's eleven tests of its labrpc,
// then what those leave open.
//
// Calls that must overlap run on threads of a go_group. They record their
// results in a struct pending, and the test's main thread checks it.
#include "labrpc/labrpc.h"
#include "rt/alloc.h"
#include "rt/clock.h"
#include "rt/go.h"
#include "tests/unit/unit.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

// The time that a busy machine may add.
#define BUSY_MS 150

#define MAX_LOGGED 400

// ---- The server under test ----

// The receiver of all the handlers.
struct junk {
    pthread_mutex_t mu;
    pthread_cond_t changed;

    // Guarded by mu.
    int n_logged;
    int logged[MAX_LOGGED];         // The arguments of handler2,
    int64_t logged_ms[MAX_LOGGED];  // and when they came.
    int n_blocked;                  // Calls that are in handler3 now.
    bool gate_open;                 // handler3 returns.
    const void *seen;               // The address of handler4's argument.
};

struct by_pointer {
    int *number;  // May be NULL.
};

struct by_value {
    int number;
    char *text;
};

static bool_t xdr_by_pointer(XDR *xdrs, struct by_pointer *message)
{
    return xdr_pointer(xdrs, (char **)&message->number, sizeof(int),
                       (xdrproc_t)xdr_int);
}

static bool_t xdr_by_value(XDR *xdrs, struct by_value *message)
{
    return xdr_int(xdrs, &message->number) &&
           xdr_string(xdrs, &message->text, 100);
}

// Returns the number in a string.
static void handler1(void *receiver, const void *args, void *reply)
{
    (void)receiver;
    *(int *)reply = atoi(*(char *const *)args);
}

static void handler2(void *receiver, const void *args, void *reply)
{
    struct junk *junk = receiver;
    int number = *(const int *)args;
    pthread_mutex_lock(&junk->mu);
    if (junk->n_logged < MAX_LOGGED) {
        junk->logged[junk->n_logged] = number;
        junk->logged_ms[junk->n_logged] = clock_now_ms();
    }
    junk->n_logged++;
    pthread_mutex_unlock(&junk->mu);
    *(char **)reply = alloc_format("handler2-%d", number);
}

// Waits until the test opens the gate.
static void handler3(void *receiver, const void *args, void *reply)
{
    struct junk *junk = receiver;
    pthread_mutex_lock(&junk->mu);
    junk->n_blocked++;
    pthread_cond_broadcast(&junk->changed);
    while (!junk->gate_open)
        pthread_cond_wait(&junk->changed, &junk->mu);
    junk->n_blocked--;
    pthread_mutex_unlock(&junk->mu);
    *(char **)reply = alloc_format("handler3-%d", *(const int *)args);
}

static void handler4(void *receiver, const void *args, void *reply)
{
    struct junk *junk = receiver;
    const struct by_pointer *in = args;
    struct by_value *out = reply;
    pthread_mutex_lock(&junk->mu);
    junk->seen = in->number;
    pthread_mutex_unlock(&junk->mu);
    out->number = in->number != NULL ? *in->number + 1 : -1;
    out->text = alloc_string("pointer");
}

static void handler5(void *receiver, const void *args, void *reply)
{
    (void)receiver;
    const struct by_value *in = args;
    struct by_pointer *out = reply;
    out->number = alloc(sizeof *out->number);
    *out->number = in->number + (int)strlen(in->text);
}

static void handler6(void *receiver, const void *args, void *reply)
{
    (void)receiver;
    *(int *)reply = (int)strlen(*(char *const *)args);
}

// Returns a string of this length.
static char *string_of(int n_bytes)
{
    char *text = alloc((size_t)n_bytes + 1);
    memset(text, 'y', (size_t)n_bytes);
    return text;
}

static void handler7(void *receiver, const void *args, void *reply)
{
    (void)receiver;
    *(char **)reply = string_of(*(const int *)args);
}

// Takes longer than a caller polls for the reply before it sleeps.
static void handler8(void *receiver, const void *args, void *reply)
{
    (void)receiver;
    sleep_ms(2);
    *(char **)reply = alloc_format("handler8-%d", *(const int *)args);
}

enum { H1, H2, H3, H4, H5, H6, H7, H8, N_METHODS };

#define INT     (xdrproc_t) xdr_int, sizeof(int)
#define STRING  (xdrproc_t) xdr_wrapstring, sizeof(char *)
#define POINTER (xdrproc_t) xdr_by_pointer, sizeof(struct by_pointer)
#define VALUE   (xdrproc_t) xdr_by_value, sizeof(struct by_value)

static const struct labrpc_method methods[N_METHODS] = {
    [H1] = { "Junk.Handler1", STRING, INT, handler1 },
    [H2] = { "Junk.Handler2", INT, STRING, handler2 },
    [H3] = { "Junk.Handler3", INT, STRING, handler3 },
    [H4] = { "Junk.Handler4", POINTER, VALUE, handler4 },
    [H5] = { "Junk.Handler5", VALUE, POINTER, handler5 },
    [H6] = { "Junk.Handler6", STRING, INT, handler6 },
    [H7] = { "Junk.Handler7", INT, STRING, handler7 },
    [H8] = { "Junk.Handler8", INT, STRING, handler8 },
};

static void junk_init(struct junk *junk)
{
    memset(junk, 0, sizeof *junk);
    pthread_mutex_init(&junk->mu, NULL);
    pthread_cond_init(&junk->changed, NULL);
}

static void open_gate(struct junk *junk)
{
    pthread_mutex_lock(&junk->mu);
    junk->gate_open = true;
    pthread_cond_broadcast(&junk->changed);
    pthread_mutex_unlock(&junk->mu);
}

static void await_blocked(struct junk *junk, int n_blocked)
{
    pthread_mutex_lock(&junk->mu);
    while (junk->n_blocked < n_blocked)
        pthread_cond_wait(&junk->changed, &junk->mu);
    pthread_mutex_unlock(&junk->mu);
}

static int n_logged(struct junk *junk)
{
    pthread_mutex_lock(&junk->mu);
    int n = junk->n_logged;
    pthread_mutex_unlock(&junk->mu);
    return n;
}

// ---- A network with one server and one end ----

struct lab {
    struct labrpc_network *net;
    struct labrpc_end *end;  // Connected to "server99", enabled.
    struct junk junk;
    struct go_group *callers;
};

static void add_server(struct lab *lab, struct junk *junk)
{
    struct labrpc_server *server = labrpc_make_server();
    labrpc_add_service(server, methods, N_METHODS, junk);
    labrpc_add_server(lab->net, "server99", server);
}

static struct labrpc_end *make_end(struct lab *lab, int number)
{
    char *name = alloc_format("end%d-99", number);
    struct labrpc_end *end = labrpc_make_end(lab->net, name);
    free(name);
    labrpc_connect(end, "server99");
    labrpc_enable(end, true);
    return end;
}

static void lab_start(struct lab *lab)
{
    junk_init(&lab->junk);
    lab->net = labrpc_make_network();
    lab->callers = go_group_make();
    add_server(lab, &lab->junk);
    lab->end = make_end(lab, 1);
}

static void lab_finish(struct lab *lab)
{
    labrpc_cleanup(lab->net);
    go_group_free(lab->callers);
    open_gate(&lab->junk);
    labrpc_free_network(lab->net);
    pthread_cond_destroy(&lab->junk.changed);
    pthread_mutex_destroy(&lab->junk.mu);
}

// ---- Calls on threads of their own ----

// A series of `times` calls of handler2, 3 or 8, and their results.
struct pending {
    struct labrpc_end *end;
    int method;
    int number;  // The first call's argument; each call adds 1.
    int times;

    pthread_mutex_t mu;
    pthread_cond_t changed;

    // Guarded by mu.
    bool returned;
    int n_true;        // Calls that returned true,
    int n_right;       // with the right reply.
    int64_t start_ms;  // Before the first call.
    int64_t took_ms;   // Until after the last.
};

static bool is_right(int method, int number, const char *reply)
{
    char *right = alloc_format("handler%d-%d", 1 + method, number);
    bool equal = strcmp(right, reply) == 0;
    free(right);
    return equal;
}

static void run_pending(void *arg)
{
    struct pending *p = arg;
    int n_true = 0;
    int n_right = 0;
    int64_t start_ms = clock_now_ms();
    for (int i = 0; i < p->times; i++) {
        int number = p->number + i;
        char *reply = NULL;
        if (labrpc_call(p->end, &methods[p->method], &number, &reply)) {
            n_true++;
            n_right += is_right(p->method, number, reply);
            free(reply);
        }
    }
    pthread_mutex_lock(&p->mu);
    p->returned = true;
    p->n_true = n_true;
    p->n_right = n_right;
    p->start_ms = start_ms;
    p->took_ms = clock_now_ms() - start_ms;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->mu);
}

// Starts the calls. *p must live until lab_finish has returned.
static void start_calls(struct lab *lab, struct pending *p,
                        struct labrpc_end *end, int method, int number,
                        int times)
{
    memset(p, 0, sizeof *p);
    p->end = end;
    p->method = method;
    p->number = number;
    p->times = times;
    pthread_mutex_init(&p->mu, NULL);
    cond_init(&p->changed);
    go(lab->callers, "caller", run_pending, p);
}

// Starts n callers of one call each on one end; caller i sends the number i.
static void start_callers(struct lab *lab, struct pending *p, int n,
                          struct labrpc_end *end, int method)
{
    for (int i = 0; i < n; i++)
        start_calls(lab, &p[i], end, method, i, 1);
}

// Returns whether the calls return within `ms` milliseconds. If so, the results
// may be read without the lock.
static bool returns_within(struct pending *p, int ms)
{
    int64_t due_ns = clock_now_ns() + ms * NS_PER_MS;
    pthread_mutex_lock(&p->mu);
    while (!p->returned && clock_now_ns() < due_ns)
        cond_wait_until(&p->changed, &p->mu, due_ns);
    bool returned = p->returned;
    pthread_mutex_unlock(&p->mu);
    return returned;
}

// Returns whether all of them return within `ms` milliseconds.
static bool all_return_within(struct pending *p, int n, int ms)
{
    int64_t due_ms = clock_now_ms() + ms;
    bool all = true;
    for (int i = 0; i < n; i++) {
        int64_t left_ms = due_ms - clock_now_ms();
        all = all && returns_within(&p[i], left_ms > 0 ? (int)left_ms : 0);
    }
    return all;
}

static int count_true(const struct pending *p, int n)
{
    int n_true = 0;
    for (int i = 0; i < n; i++)
        n_true += p[i].n_true;
    return n_true;
}

// ---- MIT's tests ----

// Methods with messages of different types each give the right reply.
UNIT_TEST(labrpc, basic)
{
    struct lab lab;
    lab_start(&lab);

    int number = 111;
    char *string_reply = NULL;
    bool ok2 = labrpc_call(lab.end, &methods[H2], &number, &string_reply);
    char *string = "9099";
    int int_reply = 0;
    bool ok1 = labrpc_call(lab.end, &methods[H1], &string, &int_reply);

    check(ok2);
    check(strcmp(string_reply, "handler2-111") == 0);
    check(ok1);
    check(int_reply == 9099);
    free(string_reply);
    lab_finish(&lab);
}

// Structs travel with what they point to, as a copy: the handler never sees the
// caller's memory.
UNIT_TEST(labrpc, types)
{
    struct lab lab;
    lab_start(&lab);

    int number = 7;
    struct by_pointer pointer = { .number = &number };
    struct by_value pointer_reply;
    bool ok4 = labrpc_call(lab.end, &methods[H4], &pointer, &pointer_reply);
    struct by_value value = { .number = 30, .text = "four" };
    struct by_pointer value_reply;
    bool ok5 = labrpc_call(lab.end, &methods[H5], &value, &value_reply);

    check(ok4);
    check(pointer_reply.number == 8);
    check(strcmp(pointer_reply.text, "pointer") == 0);
    check(lab.junk.seen != (const void *)&number);
    check(ok5);
    check(*value_reply.number == 34);
    xdr_free((xdrproc_t)xdr_by_value, &pointer_reply);
    xdr_free((xdrproc_t)xdr_by_pointer, &value_reply);
    lab_finish(&lab);
}

// A disabled end delivers nothing: the call fails, leaves the reply unchanged
// and does not reach the server. When it is enabled again, the end works.
UNIT_TEST(labrpc, disconnect)
{
    struct lab lab;
    lab_start(&lab);
    int number = 111;
    char untouched[] = "untouched";
    char *reply = untouched;

    labrpc_enable(lab.end, false);
    bool ok_disabled = labrpc_call(lab.end, &methods[H2], &number, &reply);
    bool is_untouched = reply == untouched;
    int n_reached = n_logged(&lab.junk);
    labrpc_enable(lab.end, true);
    bool ok_enabled = labrpc_call(lab.end, &methods[H2], &number, &reply);

    check(!ok_disabled);
    check(is_untouched);
    check(n_reached == 0);
    check(ok_enabled);
    check(strcmp(reply, "handler2-111") == 0);
    free(reply);
    lab_finish(&lab);
}

// A server counts the calls that reach it. The network also counts those that
// do not.
UNIT_TEST(labrpc, counts)
{
    struct lab lab;
    lab_start(&lab);

    struct pending calls[2];
    start_calls(&lab, &calls[0], lab.end, H2, 0, 17);
    bool returned = all_return_within(calls, 1, 5000);
    labrpc_enable(lab.end, false);
    start_calls(&lab, &calls[1], lab.end, H2, 0, 1);
    returned = returned && all_return_within(calls, 2, 5000);

    check(returned);
    check(calls[0].n_right == 17);
    check(labrpc_get_count(lab.net, "server99") == 17);
    check(labrpc_get_count(lab.net, "server98") == 0);
    check(labrpc_get_total_count(lab.net) == 18);
    lab_finish(&lab);
}

// Arguments and replies count with their XDR length: 4 for an int; for a
// string, 4 and the text, padded to a multiple of 4.
UNIT_TEST(labrpc, bytes)
{
    struct lab lab;
    lab_start(&lab);

    char *text = string_of(284);
    for (int i = 0; i < 17; i++) {
        int length = 0;
        check(labrpc_call(lab.end, &methods[H6], &text, &length));
        check(length == 284);
    }
    long long n_sent = labrpc_get_total_bytes(lab.net);
    for (int i = 0; i < 17; i++) {
        int length = 107;
        char *reply = NULL;
        check(labrpc_call(lab.end, &methods[H7], &length, &reply));
        check(strlen(reply) == 107);
        free(reply);
    }
    long long n_received = labrpc_get_total_bytes(lab.net) - n_sent;

    // MIT's bounds, for Go's codec, are 4828 to 6000 and 1800 to 2500.
    check(n_sent == 17 * ((4 + 284) + 4));
    check(n_received == 17 * (4 + (4 + 108)));
    free(text);
    lab_finish(&lab);
}

// Concurrent calls on many ends all get the right reply.
UNIT_TEST(labrpc, concurrent_many)
{
    enum { CALLERS = 20, TIMES = 10 };
    struct lab lab;
    lab_start(&lab);

    struct pending calls[CALLERS];
    for (int i = 0; i < CALLERS; i++)
        start_calls(&lab, &calls[i], make_end(&lab, 100 + i), H2, i * 100,
                    TIMES);
    bool returned = all_return_within(calls, CALLERS, 5000);

    check(returned);
    for (int i = 0; i < CALLERS; i++)
        check(calls[i].n_right == TIMES);
    check(labrpc_get_count(lab.net, "server99") == CALLERS * TIMES);
    lab_finish(&lab);
}

// On an unreliable network some calls fail and some succeed.
UNIT_TEST(labrpc, unreliable)
{
    enum { CALLERS = 300 };
    struct lab lab;
    lab_start(&lab);
    labrpc_set_reliable(lab.net, false);

    static struct pending calls[CALLERS];
    for (int i = 0; i < CALLERS; i++)
        start_calls(&lab, &calls[i], make_end(&lab, 100 + i), H2, i * 100, 1);
    bool returned = all_return_within(calls, CALLERS, 5000);

    check(returned);
    int n_true = count_true(calls, CALLERS);
    check(n_true > 0);
    check(n_true < CALLERS);
    for (int i = 0; i < CALLERS; i++)
        check(calls[i].n_right == calls[i].n_true);
    lab_finish(&lab);
}

// Concurrent calls on one end all get the right reply, each its own.
UNIT_TEST(labrpc, concurrent_one)
{
    enum { CALLERS = 20 };
    struct lab lab;
    lab_start(&lab);

    struct pending calls[CALLERS];
    start_callers(&lab, calls, CALLERS, lab.end, H2);
    bool returned = all_return_within(calls, CALLERS, 5000);

    check(returned);
    for (int i = 0; i < CALLERS; i++)
        check(calls[i].n_right == 1);
    check(n_logged(&lab.junk) == CALLERS);
    check(labrpc_get_count(lab.net, "server99") == CALLERS);
    lab_finish(&lab);
}

// Calls that wait on a disabled end do not delay a later one when the end is
// enabled, and are not delivered late.
UNIT_TEST(labrpc, regression1)
{
    enum { CALLERS = 20 };
    struct lab lab;
    lab_start(&lab);
    labrpc_enable(lab.end, false);

    struct pending calls[CALLERS + 1];
    start_callers(&lab, calls, CALLERS, lab.end, H2);
    sleep_ms(100);
    labrpc_enable(lab.end, true);
    start_calls(&lab, &calls[CALLERS], lab.end, H2, 99, 1);
    bool returned = all_return_within(calls, CALLERS + 1, 5000);

    check(returned);
    check(calls[CALLERS].n_right == 1);
    check(calls[CALLERS].took_ms < 30);
    check(count_true(calls, CALLERS) == 0);
    check(n_logged(&lab.junk) == 1);
    check(lab.junk.logged[0] == 99);
    check(labrpc_get_count(lab.net, "server99") == 1);
    lab_finish(&lab);
}

// A call waits as long as its handler runs, but at most 100 ms for a server
// that was deleted.
UNIT_TEST(labrpc, killed)
{
    struct lab lab;
    lab_start(&lab);

    struct pending call;
    start_calls(&lab, &call, lab.end, H3, 1, 1);
    bool too_soon = returns_within(&call, 1100);
    labrpc_delete_server(lab.net, "server99");
    bool in_time = returns_within(&call, 100 + BUSY_MS);

    check(!too_soon);
    check(in_time);
    check(call.n_true == 0);
    lab_finish(&lab);
}

// MIT's benchmark: 100,000 calls in a row are all answered. It prints the time
// and does not check it (bench/ measures more carefully).
UNIT_TEST(labrpc, benchmark)
{
    enum { TIMES = 100000 };
    struct lab lab;
    lab_start(&lab);

    struct pending calls;
    int64_t start_ns = clock_now_ns();
    start_calls(&lab, &calls, lab.end, H2, 0, TIMES);
    bool returned = returns_within(&calls, 60000);

    check(returned);
    check(calls.n_right == TIMES);
    check(labrpc_get_count(lab.net, "server99") == TIMES);
    printf("labrpc: %d calls in a row took %lld ms\n", TIMES,
           (long long)(clock_now_ns() - start_ns) / NS_PER_MS);
    lab_finish(&lab);
}

// ---- Faults ----

// A handler that blocks delays no other call, not even on its own end.
UNIT_TEST(labrpc, slow_handler_delays_nobody)
{
    struct lab lab;
    lab_start(&lab);

    struct pending calls[2];
    start_calls(&lab, &calls[0], lab.end, H3, 1, 1);
    await_blocked(&lab.junk, 1);
    start_calls(&lab, &calls[1], lab.end, H2, 2, 1);
    bool fast_returned = returns_within(&calls[1], 1000);
    bool slow_returned = returns_within(&calls[0], 0);
    open_gate(&lab.junk);
    bool both_returned = all_return_within(calls, 2, 1000);

    check(fast_returned);
    check(!slow_returned);
    check(both_returned);
    check(calls[0].n_right == 1);
    check(calls[1].n_right == 1);
    lab_finish(&lab);
}

// A reply wakes its caller at once, however long the handler took.
UNIT_TEST(labrpc, reply_wakes_its_caller)
{
    struct lab lab;
    lab_start(&lab);

    struct pending calls;
    start_calls(&lab, &calls, lab.end, H8, 0, 10);
    bool returned = returns_within(&calls, 5000);

    check(returned);
    check(calls.n_right == 10);
    check(calls.took_ms < 20 + BUSY_MS);
    lab_finish(&lab);
}

// A reply of a server that was replaced is not delivered. The call does not go
// to the new server, which has its own count.
UNIT_TEST(labrpc, replaced_server_is_not_heard)
{
    struct lab lab;
    lab_start(&lab);
    struct junk new_junk;
    junk_init(&new_junk);

    struct pending calls[2];
    start_calls(&lab, &calls[0], lab.end, H3, 1, 1);
    await_blocked(&lab.junk, 1);
    labrpc_delete_server(lab.net, "server99");
    add_server(&lab, &new_junk);
    open_gate(&lab.junk);
    bool returned = returns_within(&calls[0], 100 + BUSY_MS);
    start_calls(&lab, &calls[1], lab.end, H2, 2, 1);
    returned = returned && returns_within(&calls[1], 1000);

    check(returned);
    check(calls[0].n_true == 0);
    check(calls[1].n_right == 1);
    check(n_logged(&lab.junk) == 0);
    check(n_logged(&new_junk) == 1);
    check(labrpc_get_count(lab.net, "server99") == 1);
    lab_finish(&lab);
}

// An end that was disabled while the handler ran receives no reply, neither
// while the handler runs nor after it has returned.
UNIT_TEST(labrpc, disabled_end_hears_nothing)
{
    struct lab lab;
    lab_start(&lab);
    struct labrpc_end *other = make_end(&lab, 2);

    struct pending calls[2];
    start_calls(&lab, &calls[0], lab.end, H3, 1, 1);
    start_calls(&lab, &calls[1], other, H3, 2, 1);
    await_blocked(&lab.junk, 2);
    labrpc_enable(lab.end, false);
    bool returned = returns_within(&calls[0], 100 + BUSY_MS);
    labrpc_enable(other, false);
    open_gate(&lab.junk);
    returned = returned && returns_within(&calls[1], 100 + BUSY_MS);

    check(returned);
    check(count_true(calls, 2) == 0);
    lab_finish(&lab);
}

// An end without a server fails its calls within 100 ms, after varying delays.
UNIT_TEST(labrpc, nobody_answers)
{
    enum { CALLERS = 20 };
    struct lab lab;
    lab_start(&lab);
    struct labrpc_end *unconnected = labrpc_make_end(lab.net, "unconnected");
    labrpc_enable(unconnected, true);
    labrpc_delete_server(lab.net, "server99");

    struct pending calls[CALLERS];
    for (int i = 0; i < CALLERS; i++)
        start_calls(&lab, &calls[i], i % 2 == 0 ? lab.end : unconnected, H2, i,
                    1);
    bool returned = all_return_within(calls, CALLERS, 100 + BUSY_MS);

    check(returned);
    check(count_true(calls, CALLERS) == 0);
    int64_t longest_ms = 0;
    for (int i = 0; i < CALLERS; i++) {
        if (calls[i].took_ms > longest_ms)
            longest_ms = calls[i].took_ms;
    }
    check(longest_ms > 20);  // All 20 are shorter once in 10^13 runs.
    lab_finish(&lab);
}

// An unreliable network loses one request in ten before the server gets it, and
// one reply in ten after. When it is reliable again, it loses nothing. The
// bounds are six standard deviations away.
UNIT_TEST(labrpc, unreliable_loss_rate)
{
    enum { CALLERS = 25, TIMES = 40 };
    struct lab lab;
    lab_start(&lab);
    labrpc_set_reliable(lab.net, false);

    struct pending calls[CALLERS];
    for (int i = 0; i < CALLERS; i++)
        start_calls(&lab, &calls[i], lab.end, H2, i * 100, TIMES);
    bool returned = all_return_within(calls, CALLERS, 10000);
    int n_true = count_true(calls, CALLERS);
    int n_reached = labrpc_get_count(lab.net, "server99");
    labrpc_set_reliable(lab.net, true);
    struct pending after;
    start_calls(&lab, &after, lab.end, H2, 0, 200);
    returned = returned && returns_within(&after, 5000);

    check(returned);
    check_that(843 <= n_reached && n_reached <= 957, "%d reached", n_reached);
    check_that(735 <= n_true && n_true <= 885, "%d succeeded", n_true);
    check(n_reached == n_logged(&lab.junk) - 200);
    check(labrpc_get_total_count(lab.net) == CALLERS * TIMES + 200);
    for (int i = 0; i < CALLERS; i++) {
        check(calls[i].n_right == calls[i].n_true);
        // 40 delays of 13 ms on average, plus or minus 50 ms in total.
        check(calls[i].took_ms >= 220);
    }
    check(after.n_right == 200);
    lab_finish(&lab);
}

// Long reordering loses nothing, but delays two replies in three by 200 to 2199
// ms, so that later calls return before earlier ones. The bounds are six
// standard deviations away.
UNIT_TEST(labrpc, long_reordering)
{
    enum { CALLERS = 300 };
    struct lab lab;
    lab_start(&lab);
    labrpc_set_long_reordering(lab.net, true);

    static struct pending calls[CALLERS];
    start_callers(&lab, calls, CALLERS, lab.end, H2);
    bool returned = all_return_within(calls, CALLERS, 2200 + BUSY_MS);

    check(returned);
    int n_held = 0;
    int n_very_long = 0;
    for (int i = 0; i < CALLERS; i++) {
        check(calls[i].n_right == 1);
        n_held += calls[i].took_ms >= 200;
        n_very_long += calls[i].took_ms >= 1000;
    }
    check_that(151 <= n_held && n_held <= 249, "%d held back", n_held);
    check(n_very_long > 5);  // 46 on average.
    lab_finish(&lab);
}

// ---- Crueller faults ----

// Returns how many of the numbers from 0 to n - 1 were logged this many times.
static int count_logged(struct junk *junk, int n, int times)
{
    int count = 0;
    pthread_mutex_lock(&junk->mu);
    for (int number = 0; number < n; number++) {
        int logged = 0;
        for (int i = 0; i < junk->n_logged && i < MAX_LOGGED; i++)
            logged += junk->logged[i] == number;
        count += logged == times;
    }
    pthread_mutex_unlock(&junk->mu);
    return count;
}

// Reordering of requests loses nothing, but two requests in three reach the
// server after 200 to 2199 ms, so that later ones arrive before them. The
// bounds are six standard deviations away.
UNIT_TEST(labrpc, request_reordering)
{
    enum { CALLERS = 300 };
    struct lab lab;
    lab_start(&lab);
    labrpc_set_request_reordering(lab.net, true);

    static struct pending calls[CALLERS];
    start_callers(&lab, calls, CALLERS, lab.end, H2);
    bool returned = all_return_within(calls, CALLERS, 2200 + BUSY_MS);

    check(returned);
    int n_held = 0;
    int n_very_long = 0;
    for (int i = 0; i < CALLERS; i++) {
        int number = lab.junk.logged[i];
        check(calls[i].n_right == 1);
        n_held += lab.junk.logged_ms[i] - calls[number].start_ms >= 200;
        n_very_long += calls[i].took_ms >= 1000;
    }
    check_that(151 <= n_held && n_held <= 249, "%d held back", n_held);
    check(n_very_long > 5);  // 46 on average.
    check(count_logged(&lab.junk, CALLERS, 1) == CALLERS);
    lab_finish(&lab);
}

// A duplicate is handled like any request, some time after it, and the server
// counts it. No caller waits for it, and the network does not count it as sent.
UNIT_TEST(labrpc, duplicates)
{
    enum { TIMES = 150 };
    struct lab lab;
    lab_start(&lab);
    labrpc_set_duplicates(lab.net, 100);

    struct pending calls;
    int64_t began_ms = clock_now_ms();
    start_calls(&lab, &calls, lab.end, H2, 0, TIMES);
    bool returned = returns_within(&calls, 10000);
    int n_soon = n_logged(&lab.junk);
    bool are_soon = clock_now_ms() - began_ms < 1000;
    long long n_bytes = labrpc_get_total_bytes(lab.net);
    sleep_ms(2000 + BUSY_MS);

    check(returned);
    check(calls.n_right == TIMES);
    check_that(TIMES <= n_soon && (n_soon < TIMES * 3 / 2 || !are_soon),
               "%d soon", n_soon);
    check(n_logged(&lab.junk) == 2 * TIMES);
    check(count_logged(&lab.junk, TIMES, 2) == TIMES);
    check(labrpc_get_count(lab.net, "server99") == 2 * TIMES);
    check(labrpc_get_total_count(lab.net) == TIMES);
    check(labrpc_get_total_bytes(lab.net) == n_bytes);
    lab_finish(&lab);
}

// The network duplicates requests at the given rate, and none when that is
// switched off. The bounds are six standard deviations away.
UNIT_TEST(labrpc, some_duplicates)
{
    enum { TIMES = 200 };
    struct lab lab;
    lab_start(&lab);
    labrpc_set_duplicates(lab.net, 30);

    struct pending calls[2];
    start_calls(&lab, &calls[0], lab.end, H2, 0, TIMES);
    bool returned = returns_within(&calls[0], 1000);
    labrpc_set_duplicates(lab.net, 0);
    start_calls(&lab, &calls[1], lab.end, H2, TIMES, 30);
    returned = returned && returns_within(&calls[1], 1000);
    sleep_ms(2000 + BUSY_MS);

    check(returned);
    int n_twice = n_logged(&lab.junk) - TIMES - 30;
    check_that(22 <= n_twice && n_twice <= 98, "%d duplicates", n_twice);
    check(count_logged(&lab.junk, TIMES, 2) == n_twice);
    lab_finish(&lab);
}

// A lost request may still have a duplicate: a caller without a reply cannot
// know that nothing was done.
UNIT_TEST(labrpc, duplicates_of_lost_requests)
{
    enum { CALLERS = 25, TIMES = 8 };
    struct lab lab;
    lab_start(&lab);
    labrpc_set_reliable(lab.net, false);
    labrpc_set_duplicates(lab.net, 100);

    struct pending calls[CALLERS];
    for (int i = 0; i < CALLERS; i++)
        start_calls(&lab, &calls[i], lab.end, H2, i * TIMES, TIMES);
    bool returned = all_return_within(calls, CALLERS, 10000);
    sleep_ms(2000 + BUSY_MS);

    check(returned);
    int n_once = count_logged(&lab.junk, CALLERS * TIMES, 1);
    int n_twice = count_logged(&lab.junk, CALLERS * TIMES, 2);
    check(n_once + n_twice == CALLERS * TIMES);
    check(n_once > 0);  // One request in ten of 200 is lost.
    lab_finish(&lab);
}

// A late request reaches the server that is there when it arrives.
UNIT_TEST(labrpc, late_requests_find_a_new_server)
{
    struct lab lab;
    lab_start(&lab);
    struct junk new_junk;
    junk_init(&new_junk);
    labrpc_set_delay(lab.end, LABRPC_REQUESTS, 600);
    labrpc_set_duplicates(lab.net, 100);

    struct pending calls[2];
    start_calls(&lab, &calls[0], lab.end, H2, 1, 1);
    sleep_ms(200);
    add_server(&lab, &new_junk);
    bool returned = returns_within(&calls[0], 400 + BUSY_MS);
    sleep_ms(2000);
    start_calls(&lab, &calls[1], lab.end, H2, 2, 1);
    sleep_ms(200);
    labrpc_delete_server(lab.net, "server99");
    returned = returned && returns_within(&calls[1], 400 + BUSY_MS);
    sleep_ms(2000);

    check(returned);
    check(calls[0].n_right == 1);
    check(calls[1].n_true == 0);
    check(n_logged(&lab.junk) == 0);
    check(n_logged(&new_junk) == 2);
    check(count_logged(&new_junk, 2, 2) == 1);
    lab_finish(&lab);
}

// A slow direction delays only messages in that direction: requests before the
// server gets them, replies after.
UNIT_TEST(labrpc, slow_ways)
{
    struct lab lab;
    lab_start(&lab);
    struct labrpc_end *slow_back = make_end(&lab, 2);
    labrpc_set_delay(lab.end, LABRPC_REQUESTS, 400);
    labrpc_set_delay(slow_back, LABRPC_REPLIES, 400);

    struct pending calls[3];
    start_calls(&lab, &calls[0], lab.end, H2, 0, 1);
    start_calls(&lab, &calls[1], slow_back, H2, 1, 1);
    sleep_ms(200);
    int n_soon = n_logged(&lab.junk);
    bool returned = all_return_within(calls, 2, 200 + BUSY_MS);
    labrpc_set_delay(lab.end, LABRPC_REQUESTS, 0);
    start_calls(&lab, &calls[2], lab.end, H2, 2, 1);
    returned = returned && returns_within(&calls[2], BUSY_MS);

    check(returned);
    check(n_soon == 1);
    check(lab.junk.logged[0] == 1);
    for (int i = 0; i < 3; i++)
        check(calls[i].n_right == 1);
    check(calls[0].took_ms >= 400);
    check(calls[1].took_ms >= 400);
    lab_finish(&lab);
}

// If an end's requests are cut, nothing reaches the server. If its replies are
// cut, requests arrive, but the calls fail. Other ends work, and so does a
// repaired one.
UNIT_TEST(labrpc, one_way_cuts)
{
    struct lab lab;
    lab_start(&lab);
    struct labrpc_end *deaf = make_end(&lab, 2);
    struct labrpc_end *other = make_end(&lab, 3);
    labrpc_cut(lab.end, LABRPC_REQUESTS, true);
    labrpc_cut(deaf, LABRPC_REPLIES, true);

    struct pending calls[5];
    start_calls(&lab, &calls[0], lab.end, H2, 0, 10);
    start_calls(&lab, &calls[1], deaf, H2, 10, 10);
    start_calls(&lab, &calls[2], other, H2, 20, 10);
    bool returned = all_return_within(calls, 3, 1000 + BUSY_MS);
    labrpc_cut(lab.end, LABRPC_REQUESTS, false);
    labrpc_cut(deaf, LABRPC_REPLIES, false);
    start_calls(&lab, &calls[3], lab.end, H2, 30, 10);
    start_calls(&lab, &calls[4], deaf, H2, 40, 10);
    returned = returned && all_return_within(calls, 5, BUSY_MS);

    check(returned);
    check(count_true(calls, 2) == 0);
    for (int i = 2; i < 5; i++)
        check(calls[i].n_right == 10);
    check(count_logged(&lab.junk, 10, 0) == 10);
    check(count_logged(&lab.junk, 50, 1) == 40);
    lab_finish(&lab);
}

// A message that is on its way when the end is cut or disabled arrives. Nobody
// sees a reply leave, so the test gives it some time after its handler.
UNIT_TEST(labrpc, what_is_under_way_arrives)
{
    enum { DELAY_MS = 1200 };
    struct lab lab;
    lab_start(&lab);
    struct labrpc_end *slow_back = make_end(&lab, 2);
    labrpc_set_delay(lab.end, LABRPC_REQUESTS, DELAY_MS);
    labrpc_set_delay(slow_back, LABRPC_REPLIES, DELAY_MS);

    struct pending calls[2];
    start_calls(&lab, &calls[0], lab.end, H2, 0, 1);
    start_calls(&lab, &calls[1], slow_back, H2, 1, 1);
    while (labrpc_get_total_count(lab.net) < 2 ||
           count_logged(&lab.junk, 2, 1) < 1)
        sleep_ms(1);
    sleep_ms(DELAY_MS / 2);
    labrpc_cut(lab.end, LABRPC_REQUESTS, true);
    labrpc_enable(lab.end, false);
    labrpc_cut(slow_back, LABRPC_REPLIES, true);
    bool returned = all_return_within(calls, 2, DELAY_MS + BUSY_MS);

    check(returned);
    // The caller at a disabled end does not wait for the handler.
    int64_t due_ms = clock_now_ms() + 5000;
    while (count_logged(&lab.junk, 2, 1) < 2 && clock_now_ms() < due_ms)
        sleep_ms(1);
    check(count_logged(&lab.junk, 2, 1) == 2);
    check(calls[0].n_true == 0);  // A disabled end receives no reply.
    check(calls[1].n_right == 1);
    lab_finish(&lab);
}

// ---- The end of the network ----

// Cleaning up ends the wait of a call without an answer, which long delays make
// long. Later calls fail at once and are not counted.
UNIT_TEST(labrpc, cleanup_ends_long_delays)
{
    enum { CALLERS = 20 };
    struct lab lab;
    lab_start(&lab);
    labrpc_set_long_delays(lab.net, true);
    labrpc_enable(lab.end, false);

    struct pending calls[CALLERS];
    start_callers(&lab, calls, CALLERS, lab.end, H2);
    bool too_soon = all_return_within(calls, CALLERS, 300);
    labrpc_cleanup(lab.net);
    bool in_time = all_return_within(calls, CALLERS, BUSY_MS);
    labrpc_enable(lab.end, true);
    struct pending later;
    start_calls(&lab, &later, lab.end, H2, 0, 1);
    in_time = in_time && returns_within(&later, BUSY_MS);

    check(!too_soon);
    check(in_time);
    check(count_true(calls, CALLERS) == 0);
    check(later.n_true == 0);
    check(labrpc_get_total_count(lab.net) == CALLERS);
    lab_finish(&lab);
}

// Cleaning up ends the wait for a handler that blocks. Joining the handlers
// then waits for it.
UNIT_TEST(labrpc, cleanup_ends_wait_for_handler)
{
    enum { CALLERS = 20 };
    struct lab lab;
    lab_start(&lab);

    struct pending calls[CALLERS];
    start_callers(&lab, calls, CALLERS, lab.end, H3);
    await_blocked(&lab.junk, CALLERS);
    sleep_ms(20);  // They look for a dead server every 100 ms: 80 are left.
    labrpc_cleanup(lab.net);
    bool in_time = all_return_within(calls, CALLERS, BUSY_MS);
    open_gate(&lab.junk);
    labrpc_join_handlers(lab.net);

    check(in_time);
    check(count_true(calls, CALLERS) == 0);
    check(lab.junk.n_blocked == 0);
    lab_finish(&lab);
}

static void join_handlers(void *net)
{
    labrpc_join_handlers(net);
}

// Joining the handlers returns when the last has returned, and not before.
UNIT_TEST(labrpc, join_waits_for_handlers)
{
    struct lab lab;
    lab_start(&lab);
    struct pending call;
    start_calls(&lab, &call, lab.end, H3, 1, 1);
    await_blocked(&lab.junk, 1);

    labrpc_cleanup(lab.net);
    struct go_group *joiner = go_group_make();
    go(joiner, "joiner", join_handlers, lab.net);
    sleep_ms(50);
    pthread_mutex_lock(&lab.junk.mu);
    int n_blocked = lab.junk.n_blocked;
    pthread_mutex_unlock(&lab.junk.mu);
    open_gate(&lab.junk);
    go_group_free(joiner);

    check(n_blocked == 1);
    check(lab.junk.n_blocked == 0);
    lab_finish(&lab);
}

struct joining {
    struct labrpc_network *net;
    atomic_bool done;
};

static void join_and_say_so(void *arg)
{
    struct joining *joining = arg;
    labrpc_join_handlers(joining->net);
    joining->done = true;
}

// Joining the handlers also waits for those of duplicates, whose callers
// returned long ago.
UNIT_TEST(labrpc, join_waits_for_duplicates)
{
    struct lab lab;
    lab_start(&lab);
    labrpc_set_duplicates(lab.net, 100);
    open_gate(&lab.junk);
    struct pending calls;
    start_calls(&lab, &calls, lab.end, H3, 0, 40);
    bool returned = returns_within(&calls, 1000);
    pthread_mutex_lock(&lab.junk.mu);
    lab.junk.gate_open = false;
    pthread_mutex_unlock(&lab.junk.mu);
    await_blocked(&lab.junk, 1);

    labrpc_cleanup(lab.net);
    struct joining joining = { .net = lab.net };
    struct go_group *joiner = go_group_make();
    go(joiner, "joiner", join_and_say_so, &joining);
    sleep_ms(50);
    bool too_soon = joining.done;
    open_gate(&lab.junk);
    go_group_free(joiner);

    check(returned);
    check(!too_soon);
    lab_finish(&lab);
}

// Cleaning up ends the wait for a delayed reply.
UNIT_TEST(labrpc, cleanup_ends_held_back_replies)
{
    enum { CALLERS = 60 };
    struct lab lab;
    lab_start(&lab);
    labrpc_set_long_reordering(lab.net, true);

    struct pending calls[CALLERS];
    start_callers(&lab, calls, CALLERS, lab.end, H2);
    bool too_soon = all_return_within(calls, CALLERS, 100);
    labrpc_cleanup(lab.net);
    bool in_time = all_return_within(calls, CALLERS, BUSY_MS);

    check(!too_soon);
    check(in_time);
    check(count_true(calls, CALLERS) < CALLERS);
    check(n_logged(&lab.junk) == CALLERS);
    lab_finish(&lab);
}

// Cleaning up ends the wait of a delayed request, and of a duplicate: neither
// is handled.
UNIT_TEST(labrpc, cleanup_ends_late_requests)
{
    enum { CALLERS = 60 };
    struct lab lab;
    lab_start(&lab);
    labrpc_set_request_reordering(lab.net, true);
    labrpc_set_duplicates(lab.net, 100);

    struct pending calls[CALLERS];
    start_callers(&lab, calls, CALLERS, lab.end, H2);
    bool too_soon = all_return_within(calls, CALLERS, 100);
    labrpc_cleanup(lab.net);
    bool in_time = all_return_within(calls, CALLERS, BUSY_MS);
    int64_t start_ms = clock_now_ms();
    labrpc_join_handlers(lab.net);
    int64_t took_ms = clock_now_ms() - start_ms;
    int n_handled = n_logged(&lab.junk);
    sleep_ms(300);

    check(!too_soon);
    check(in_time);
    check(took_ms < BUSY_MS);
    check(n_handled < 2 * CALLERS);
    check(n_logged(&lab.junk) == n_handled);
    lab_finish(&lab);
}

// A network can be freed as soon as it is cleaned up, even with duplicates on
// their way.
UNIT_TEST(labrpc, duplicates_at_the_end)
{
    struct lab lab;
    lab_start(&lab);
    labrpc_set_duplicates(lab.net, 100);

    struct pending calls;
    start_calls(&lab, &calls, lab.end, H2, 0, 100);
    bool returned = returns_within(&calls, 10000);
    int64_t start_ms = clock_now_ms();
    lab_finish(&lab);

    check(returned);
    check(clock_now_ms() - start_ms < BUSY_MS);
}

// ---- Misuse ----

// Runs `misuse` on a network in its own process. It must abort that process
// after one line on stderr, which names `what` and `remedy`.
static void expect_fatal(void (*misuse)(struct lab *), const char *what,
                         const char *remedy)
{
    int ends[2];
    check(pipe(ends) == 0);
    pid_t child = unit_fork();
    check(child != -1);
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
        dup2(ends[1], STDERR_FILENO);
        struct lab lab;
        lab_start(&lab);
        misuse(&lab);
        _exit(0);
    }
    close(ends[1]);
    FILE *said = fdopen(ends[0], "r");
    char line[1000] = "";
    char more[1000] = "";
    bool has_line = fgets(line, sizeof line, said) != NULL;
    bool has_more = fgets(more, sizeof more, said) != NULL;
    fclose(said);
    int status = 0;
    waitpid(child, &status, 0);

    check_that(WIFSIGNALED(status), "went on; said: %s", line);
    check(WTERMSIG(status) == SIGABRT);
    check(has_line);
    check_that(!has_more, "a second line: %s", more);
    check_that(strncmp(line, "labrpc: ", 8) == 0, "%s", line);
    check_that(strstr(line, what) != NULL, "%s", line);
    check_that(strstr(line, remedy) != NULL, "%s", line);
}

static void call_unknown_method(struct lab *lab)
{
    struct labrpc_method unknown = methods[H2];
    unknown.name = "Junk.Handler9";
    int number = 1;
    char *reply;
    labrpc_call(lab->end, &unknown, &number, &reply);
}

static void call_server_without_services(struct lab *lab)
{
    labrpc_add_server(lab->net, "server99", labrpc_make_server());
    int number = 1;
    char *reply;
    labrpc_call(lab->end, &methods[H2], &number, &reply);
}

static void send_too_long_a_string(struct lab *lab)
{
    struct by_value value = { .number = 1, .text = string_of(101) };
    struct by_pointer reply;
    labrpc_call(lab->end, &methods[H5], &value, &reply);
}

// A codec that writes two ints where the server reads one.
static bool_t xdr_two_ints(XDR *xdrs, int *pair)
{
    return xdr_int(xdrs, &pair[0]) && xdr_int(xdrs, &pair[1]);
}

static void send_too_much(struct lab *lab)
{
    struct labrpc_method longer = methods[H2];
    longer.xdr_args = (xdrproc_t)xdr_two_ints;
    int pair[2] = { 1, 2 };
    char *reply;
    labrpc_call(lab->end, &longer, pair, &reply);
}

static void send_too_little(struct lab *lab)
{
    struct labrpc_method shorter = methods[H5];
    shorter.xdr_args = (xdrproc_t)xdr_int;
    int number = 1;
    struct by_pointer reply;
    labrpc_call(lab->end, &shorter, &number, &reply);
}

static void read_reply_wrongly(struct lab *lab)
{
    struct labrpc_method other = methods[H1];
    other.xdr_reply = (xdrproc_t)xdr_wrapstring;
    other.reply_size = sizeof(char *);
    char *text = "5";
    char *reply;
    labrpc_call(lab->end, &other, &text, &reply);
}

// To call a method that does not exist, or with the wrong codec, is a bug in
// the program: one line names the method and says what would be right.
UNIT_TEST(labrpc, wrong_calls_abort)
{
    expect_fatal(call_unknown_method, "Junk.Handler9",
                 "Junk.Handler1, Junk.Handler2, ");
    expect_fatal(call_server_without_services, "Junk.Handler2", "none");

    expect_fatal(send_too_long_a_string, "arguments of Junk.Handler5",
                 "within the bound");

    expect_fatal(send_too_much, "arguments of Junk.Handler2", "same codec");
    expect_fatal(send_too_little, "arguments of Junk.Handler5", "same codec");
    expect_fatal(read_reply_wrongly, "reply of Junk.Handler1", "same codec");
}

static void make_end_twice(struct lab *lab)
{
    labrpc_make_end(lab->net, "end1-99");
}

static void connect_twice(struct lab *lab)
{
    labrpc_connect(lab->end, "server98");
}

static void add_method_twice(struct lab *lab)
{
    (void)lab;
    struct labrpc_server *server = labrpc_make_server();
    labrpc_add_service(server, &methods[H1], 1, NULL);
    labrpc_add_service(server, methods, N_METHODS, NULL);
}

// To use a name twice is a bug in the program, too.
UNIT_TEST(labrpc, wrong_names_abort)
{
    expect_fatal(make_end_twice, "'end1-99'", "a name that no other end");
    expect_fatal(connect_twice, "'end1-99'", "make another end");
    expect_fatal(add_method_twice, "Junk.Handler1", "different name");
}
