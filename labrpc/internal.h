// Shared by the files of labrpc alone: the objects, and the codec.
//
// One lock, the network's mu, guards everything that changes. It is never held
// while a message is encoded or decoded, or while a handler runs. Under it only
// two kinds of locks are taken: a go_group's own, and those of the readers of
// events.
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

// A name under which a server can be reached. Addresses live as long as their
// network, so an end can point to one and a call needs no search.
struct address {
    char *name;  // Must be first: by_name compares it.

    // Guarded by the network's mu.
    struct labrpc_server *server;  // NULL while there is none.
};

// One of an end's two directions.
struct direction {
    bool cut;
    int delay_ms;
};

struct labrpc_end {
    char *name;  // Must be first: by_name compares it.
    struct labrpc_network *net;
    struct event_life owner;
    int to_number;

    // Guarded by net->mu.
    struct address *address;  // NULL until connected, then for good.
    bool enabled;
    struct direction requests;  // To the server.
    struct direction replies;   // From the server.
};

// One method of a server, and the object that its handler is called with.
struct service {
    const struct labrpc_method *method;
    void *receiver;
};

struct labrpc_server {
    // Set by the caller before labrpc_add_server; constant after.
    struct service *services;
    int n_services;
    struct event_life owner;
    bool added;
    struct labrpc_server *next;  // In its network's list.

    // Guarded by the network's mu.
    int n_calls;
};

struct labrpc_network {
    struct go_group *handlers;  // The threads that run handlers.
    struct events *events;      // Gets the messages' events; or NULL.
    pthread_mutex_t mu;

    // Guarded by mu.
    void *ends;                     // tsearch(3) tree of struct labrpc_end.
    void *addresses;                // tsearch(3) tree of struct address.
    struct labrpc_server *servers;  // All that were ever added.
    LIST_HEAD(sleepers, call)
    sleepers;  // Waiting calls, to be woken by cleanup.
    struct rng rng;
    bool unreliable;
    bool long_reordering;
    bool request_reordering;
    int duplicate_percent;
    bool long_delays;
    bool closed;
    int n_calls;
    long long n_bytes;
    int n_handlers;  // Counts handlers from before they start until they
                     // have returned, and duplicates on their way.
    pthread_cond_t all_returned;  // Signalled when n_handlers becomes 0.
};

// The names of the server's methods, for a message. The caller frees the
// string.
char *labrpc_method_names(const struct labrpc_server *server);

// The server's method of this name, or NULL.
const struct service *labrpc_find_method(const struct labrpc_server *server,
                                         const char *name);

// Calls the method's handler. False if the server crashed meanwhile, which
// happens in the simulator (cfg_crash_hard) and in isolab: then there is no
// reply, and args and reply must not be freed.
bool labrpc_run_handler(const struct labrpc_method *method, void *receiver,
                        const void *args, void *reply);

// Encodes a message. The caller frees the bytes with bytes_free. A message that
// does not encode is fatal; `what` and `method` name it in the error's line.
struct bytes labrpc_encode(const char *what, const char *method, xdrproc_t xdr,
                           const void *message);

// Decodes a message into zeroed memory of the caller's. The caller frees what
// it then points to with xdr_free. Bytes that are not one whole message are
// fatal.
void labrpc_decode(const char *what, const char *method, xdrproc_t xdr,
                   struct bytes from, void *message);

// Prints one line to stderr, with "labrpc: " before it, and aborts. For bugs in
// the program that uses the network.
_Noreturn void labrpc_fatal(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

#endif
