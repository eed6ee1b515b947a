// The simulated network: directed ends, servers, and RPCs. A test can have RPCs
// delayed, lost or reordered, and servers cut off. This is MIT's labrpc, in C.
//
// A message is a C struct with an XDR codec (rpcgen makes both). It is encoded
// in the caller and decoded for the handler, so no pointer passes from one
// server to another. The byte counts are of encoded messages.
//
// Any thread may call any of this, with any lock held, except where a function
// says that it blocks.
#ifndef LABRPC_LABRPC_H
#define LABRPC_LABRPC_H

#include <rpc/xdr.h>
#include <stdbool.h>
#include <stddef.h>

// Declared here, because raft.h includes this file and must not bring the names
// in events/events.h into a Raft's code.
struct event_life;
struct events;

struct labrpc_network;  // All ends, servers and connections, and the faults.
struct labrpc_end;     // The client's side of a link to one server (ClientEnd).
struct labrpc_server;  // The methods that one server answers.

// One method: its name, its messages' codecs and, on a server, its handler.
struct labrpc_method {
    const char *name;  // "Raft.RequestVote": service, dot, method.
    xdrproc_t xdr_args;
    size_t args_size;  // sizeof the args struct.
    xdrproc_t xdr_reply;
    size_t reply_size;

    // Runs on a thread of its own. The network frees args, a decoded copy,
    // after the handler has returned. reply is zeroed at first; the network
    // frees what the handler makes it point to (with malloc).
    void (*handler)(void *receiver, const void *args, void *reply);
};

// A network without ends or servers, reliable, without delays.
struct labrpc_network *labrpc_make_network(void);

// Has the network tell each message's events to this stream. It holds its lock
// when it tells that a message is lost or doubled, so a reader must not call
// the network. To be called before the first RPC; all ends and servers must
// have owners.
void labrpc_set_events(struct labrpc_network *net, struct events *events);

// Shuts the network down: every call under way returns false promptly, and so
// does every later call.
void labrpc_cleanup(struct labrpc_network *net);

// Blocks until every handler has returned. To be called after labrpc_cleanup;
// no handler is called again, so the receivers can be freed then.
void labrpc_join_handlers(struct labrpc_network *net);

// Frees the network with its ends and servers. To be called after
// labrpc_cleanup, when no call is under way. Blocks until every handler has
// returned.
void labrpc_free_network(struct labrpc_network *net);

// Makes an end, not connected and disabled. It belongs to the network. A name
// that is already in use is fatal.
struct labrpc_end *labrpc_make_end(struct labrpc_network *net,
                                   const char *name);

// Connects the end to a server's name, for good. The server of that name may be
// added, deleted and replaced. Connecting an end twice is fatal.
void labrpc_connect(struct labrpc_end *end, const char *server_name);

// Sets whose end it is, and the number of the server that it leads to. The
// events of its messages have both. To be called before the end's first RPC.
void labrpc_set_owner(struct labrpc_end *end, struct event_life owner,
                      int to_number);

// Enables or disables the end. A disabled end sends no request. A call on it
// whose handler has not returned yet returns false within 100 ms. Requests and
// replies that are already on their way still arrive.
void labrpc_enable(struct labrpc_end *end, bool enabled);

// Makes a server without services. It belongs to the caller until
// labrpc_add_server gives it to a network.
struct labrpc_server *labrpc_make_server(void);

// Adds methods, whose handlers are all called with this receiver, to a server
// that has not been added to a network yet. The methods must outlive the
// network, the receiver until labrpc_join_handlers has returned. A method name
// that the server has already is fatal.
void labrpc_add_service(struct labrpc_server *server,
                        const struct labrpc_method *methods, int n_methods,
                        void *receiver);

// Sets whose server it is, for its events. To be called before
// labrpc_add_server.
void labrpc_set_server_owner(struct labrpc_server *server,
                             struct event_life owner);

// Puts a server at a name, in place of the one there, if any. Calls to the
// replaced server return false within 100 ms, except those whose replies are
// already on their way.
void labrpc_add_server(struct labrpc_network *net, const char *name,
                       struct labrpc_server *server);

// Takes the server away from its name; calls to it end as those to a replaced
// one. Does nothing if there is no server at the name.
void labrpc_delete_server(struct labrpc_network *net, const char *name);

// MIT's faults. An unreliable network delays requests by 0..26 ms and loses one
// in ten requests and one in ten replies. Long reordering holds two thirds of
// the replies back for 200..2199 ms. A call to a server that cannot be reached
// fails after up to 100 ms; with long delays, after up to 7 s.
void labrpc_set_reliable(struct labrpc_network *net, bool reliable);
void labrpc_set_long_reordering(struct labrpc_network *net, bool on);
void labrpc_set_long_delays(struct labrpc_network *net, bool on);

// Crueller faults, which MIT's network does not have. All are off at first, and
// while they are off they draw no random numbers.
//
// A request that is held back, slow or a duplicate goes to the server that has
// the name when it arrives; that may be another than when it was sent. Without
// one it is lost. A message that is under way when its direction is cut still
// arrives.

// Holds two thirds of the requests back for 200..2199 ms, as long reordering
// does with replies.
void labrpc_set_request_reordering(struct labrpc_network *net, bool on);

// Delivers so many percent of the requests twice. The second arrives up to 1999
// ms after it was sent, even if the first is lost. The handler runs for each,
// and the server counts both. The second one's reply is thrown away.
void labrpc_set_duplicates(struct labrpc_network *net, int percent);

// The two directions of an end.
enum labrpc_direction { LABRPC_REQUESTS, LABRPC_REPLIES };

// Cuts one direction, or mends it. A message sent in a cut direction is lost;
// its call fails as late as one to a server that cannot be reached. If it was
// the reply, the handler has run.
void labrpc_cut(struct labrpc_end *end, enum labrpc_direction direction,
                bool cut);

// Delays each message in this direction by so many ms; 0 at first.
void labrpc_set_delay(struct labrpc_end *end, enum labrpc_direction direction,
                      int ms);

// The number of RPCs that have reached the server now at this name; 0 if there
// is none.
int labrpc_get_count(struct labrpc_network *net, const char *server_name);

// The number of RPCs sent on this network, lost ones included.
int labrpc_get_total_count(struct labrpc_network *net);

// The bytes of arguments sent and of replies delivered.
long long labrpc_get_total_bytes(struct labrpc_network *net);

// Calls a method and waits for the reply. True: *reply is decoded, and the
// caller frees what it points to with xdr_free. False: the request or the reply
// was lost, the server cannot be reached, or the network was shut down; *reply
// is untouched.
//
//   method  the method's name and its messages' codecs; its handler is not used
//   errors  a method that the server does not have, and arguments that do not
//           encode or decode, are bugs in the program: one line on stderr, then
//           abort()
//   locks   blocks for up to 7 s, or for as long as the handler runs: to be
//           called with no lock held
bool labrpc_call(struct labrpc_end *end, const struct labrpc_method *method,
                 const void *args, void *reply);

#endif
