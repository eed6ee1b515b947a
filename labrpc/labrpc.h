// The simulated network: directed ends, servers, and RPCs that are delayed,
// lost, reordered or cut off as the test wishes. MIT's labrpc, in C.
//
// A message is a C struct with an XDR codec (rpcgen makes both). It is encoded
// in the caller and decoded for the handler, so no pointer ever crosses from
// one server to another, and its encoded length is what the byte counts count.
//
// Everything here may be called from any thread, with any lock held, except
// where a function says that it blocks.
#ifndef LABRPC_LABRPC_H
#define LABRPC_LABRPC_H

#include <rpc/xdr.h>
#include <stdbool.h>
#include <stddef.h>

// In events/events.h. A Raft does not include that: it may use such names.
struct event_life;
struct events;

struct labrpc_network;  // All ends, servers and connections; the switches.
struct labrpc_end;      // A directed end of a link: the client's side.
struct labrpc_server;   // Services that answer at one name, with a count.

// One method: what its messages look like and, on a server, what runs it.
struct labrpc_method {
    const char *name;  // "Raft.RequestVote": service, dot, method.
    xdrproc_t xdr_args;
    size_t args_size;  // sizeof the args struct.
    xdrproc_t xdr_reply;
    size_t reply_size;

    // Runs on a thread of its own. args is a decoded copy, freed after the
    // handler returns; reply comes zeroed, and what the handler makes it
    // point to (with malloc) is freed by the network.
    void (*handler)(void *receiver, const void *args, void *reply);
};

// A network without ends or servers, reliable, without delays.
struct labrpc_network *labrpc_make_network(void);

// Has the network tell this stream of each message. No lock is held then.
// Before the first call; all ends and servers have owners then.
void labrpc_tell(struct labrpc_network *net, struct events *events);

// Ends the network's life: every call under way returns false promptly,
// whatever it is waiting for, and so does every later call.
void labrpc_cleanup(struct labrpc_network *net);

// Blocks until every handler has returned. Call it after labrpc_cleanup, which
// sees to it that no handler is called again; then receivers can be freed.
void labrpc_join_handlers(struct labrpc_network *net);

// Frees the network with its ends and servers. Call it after labrpc_cleanup,
// when no call is under way. Blocks until every handler has returned.
void labrpc_free_network(struct labrpc_network *net);

// A new end, not connected and disabled. A name already in use is fatal.
// The end belongs to the network.
struct labrpc_end *labrpc_make_end(struct labrpc_network *net,
                                   const char *name);

// Connects the end to a server name, for good; the server itself may come,
// go and be replaced. Connecting an end twice is fatal.
void labrpc_connect(struct labrpc_end *end, const char *server_name);

// Says whose end it is, and the number of the server that it leads to, for what
// the network tells. Before the first call.
void labrpc_set_owner(struct labrpc_end *end, struct event_life owner,
                      int to_number);

// Through a disabled end nothing leaves, and a call whose handler has not
// answered yet returns false within 100 ms. What is already on its way, request
// or reply, still arrives.
void labrpc_enable(struct labrpc_end *end, bool enabled);

// A server without services. It belongs to the caller until
// labrpc_add_server gives it to a network.
struct labrpc_server *labrpc_make_server(void);

// Adds methods, all of one receiver, to a server that is not yet added to a
// network. The server keeps methods, which must outlive the network, and calls
// handlers on receiver until labrpc_join_handlers has returned. A method name
// already there is fatal.
void labrpc_add_service(struct labrpc_server *server,
                        const struct labrpc_method *methods, int n_methods,
                        void *receiver);

// Says whose server it is, likewise. Before it is added to a network.
void labrpc_set_server_owner(struct labrpc_server *server,
                             struct event_life owner);

// Puts a server at a name, in place of the one there, if any. The replaced
// server's calls return false within 100 ms, but for replies that are already
// on their way.
void labrpc_add_server(struct labrpc_network *net, const char *name,
                       struct labrpc_server *server);

// Takes the server away from its name; its calls end as those of a replaced
// one. A name without a server is fine.
void labrpc_delete_server(struct labrpc_network *net, const char *name);

// The faults. An unreliable network delays requests by 0..26 ms and loses one
// in ten requests and replies. Long reordering holds two thirds of the
// replies back for 200..2199 ms. With long delays a call that nobody can
// answer takes up to 7 s to fail, else up to 100 ms.
void labrpc_set_reliable(struct labrpc_network *net, bool reliable);
void labrpc_set_long_reordering(struct labrpc_network *net, bool on);
void labrpc_set_long_delays(struct labrpc_network *net, bool on);

// Crueller faults, which MIT's network does not have. All are off at first,
// and as long as they are, a run is the same as without them.
//
// A request that takes long to arrive (it was held back, its way is slow, it is
// a duplicate) finds whoever stands at the name when it arrives, maybe another
// server than when it left; if nobody does, it is lost. What is on its way when
// its way is cut still arrives.

// Holds two thirds of the requests back for 200..2199 ms, as long reordering
// does the replies.
void labrpc_set_request_reordering(struct labrpc_network *net, bool on);

// Delivers so many percent of the requests a second time, up to 1999 ms later,
// whatever becomes of the first: it may be lost, or overtaken. The handler runs
// for each, and the server counts both; the duplicate's reply goes nowhere.
void labrpc_set_duplicates(struct labrpc_network *net, int percent);

// The two directions of an end.
enum labrpc_way { LABRPC_REQUESTS, LABRPC_REPLIES };

// Cuts one direction, or mends it. What is sent into it is lost, and its call
// takes as long to fail as one that nobody can answer. The handler of a call
// whose reply is lost has run.
void labrpc_cut(struct labrpc_end *end, enum labrpc_way way, bool cut);

// Makes one direction slow: each message takes so many ms more; at first 0.
void labrpc_set_delay(struct labrpc_end *end, enum labrpc_way way, int ms);

// How many RPCs reached the server that is now at this name; 0 without one.
int labrpc_get_count(struct labrpc_network *net, const char *server_name);

// How many RPCs were sent on this network, also those that got lost.
int labrpc_get_total_count(struct labrpc_network *net);

// How many bytes of arguments were sent and of replies delivered.
long long labrpc_get_total_bytes(struct labrpc_network *net);

// Calls a method and waits for the reply. True: *reply is decoded, and the
// caller frees what it points to with xdr_free. False: the request or reply
// was lost, nobody answered, or the network has ended; *reply is untouched.
//
//   method  names the method and gives the messages' codecs; its handler is
//           not used here
//   errors  a method that the server does not have, and arguments that do not
//           encode or decode, are bugs in the program: one line on stderr,
//           then abort()
//   locks   blocks for up to 7 s, or for as long as the handler: call it with
//           no lock held
bool labrpc_call(struct labrpc_end *end, const struct labrpc_method *method,
                 const void *args, void *reply);

#endif
