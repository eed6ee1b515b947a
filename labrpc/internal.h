// What the files of labrpc share, and nobody else needs: the objects, and the
// codec that carries messages between them.
//
// Everything that changes is guarded by one lock, the network's mu. It is held
// for moments only: never while a message is encoded or decoded, never while a
// handler runs. The one lock taken under it is a go_group's own.
#ifndef LABRPC_INTERNAL_H
#define LABRPC_INTERNAL_H

#include "events/events.h"
#include "labrpc/labrpc.h"
#include "rt/bytes.h"
#include "rt/go.h"
#include "rt/rng.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

struct call;  // One RPC under way: call.c.

// A name at which a server may stand. Places last as long as their network, so
// that an end can point to one and a call needs no search.
struct place {
    char *name;  // Comes first: the tree of places compares it.

    // Guarded by the network's mu.
    struct labrpc_server *server;  // NULL while nobody stands here.
};

// One of an end's two directions.
struct way {
    bool cut;
    int delay_ms;
};

struct labrpc_end {
    char *name;  // Comes first: the tree of ends compares it.
    struct labrpc_network *net;
    struct event_life owner;
    int to_number;

    // Guarded by net->mu.
    struct place *place;  // NULL until connected, then for good.
    bool enabled;
    struct way request_way;  // From here to the server;
    struct way reply_way;    // and back.
};

// One method of a server, with the object that it runs on.
struct service {
    const struct labrpc_method *method;
    void *receiver;
};

struct labrpc_server {
    // The caller's until the server is added to a network; fixed from then on.
    struct service *services;
    int n_services;
    struct event_life owner;
    bool added;
    struct labrpc_server *next;  // In its network's list.

    // Guarded by the network's mu.
    int n_calls;
};

struct labrpc_network {
    struct go_group *handlers;  // The threads that run them.
    struct events *events;      // To tell of messages; or NULL.
    pthread_mutex_t mu;

    // Guarded by mu.
    void *ends;                     // tsearch(3) tree of struct labrpc_end.
    void *places;                   // tsearch(3) tree of struct place.
    struct labrpc_server *servers;  // All that were ever added.
    LIST_HEAD(sleepers, call) sleepers;  // Calls that wait, for cleanup.
    struct rng rng;
    bool unreliable;
    bool long_reordering;
    bool request_reordering;
    int duplicate_percent;
    bool long_delays;
    bool closed;
    int n_calls;
    long long n_bytes;
    int n_handlers;  // Started, or about to be, and not yet returned; also
                     // duplicates on their way.
    pthread_cond_t all_returned;  // n_handlers has become 0.
};

// The methods' names, for a message. The caller frees the string.
char *labrpc_method_names(const struct labrpc_server *server);

// The server's method of this name, or NULL.
const struct service *labrpc_find_method(const struct labrpc_server *server,
                                         const char *name);

// Runs the method's handler on its receiver. False if the server ceased to be
// in the middle of it, which only a simulator can bring about: then there is no
// reply, and the messages are lost with the server, not to be freed.
bool labrpc_run_handler(const struct labrpc_method *method, void *receiver,
                        const void *args, void *reply);

// Encodes a message. The caller frees the bytes with bytes_free. A message that
// does not encode is fatal; `what` and `method` say in its line which it was.
struct bytes labrpc_encode(const char *what, const char *method, xdrproc_t xdr,
                           const void *message);

// Decodes a message into zeroed memory of the caller's, who frees what it then
// points to with xdr_free. Bytes that are not one whole message are fatal.
void labrpc_decode(const char *what, const char *method, xdrproc_t xdr,
                   struct bytes from, void *message);

// Prints one line to stderr, "labrpc: " before it, and aborts: the program that
// uses the network is wrong.
_Noreturn void labrpc_fatal(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#endif
