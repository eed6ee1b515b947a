// A run, read from its record (docs/record.md). The views use nothing else:
// neither the Raft nor the rest of raftlab.
#ifndef VIEWS_RUN_H
#define VIEWS_RUN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct event {
    int n;  // Its number; 0 for "dropped".
    double ms;
    const char *kind;  // "request_sent"
    int server;        // -1: an event of the whole test.
    int peer;          // -1: not a message.
    int thread;
    int cause;  // Index in `events` of the event that led to it; -1: unknown.
    json_t *json;
};

struct run {
    json_t *header;
    int n_servers;
    struct event *events;  // Sorted by their numbers.
    int n_events;
    int n_unread;  // Lines that are no event.
};

// Reads a record. If the file is no record, prints one line to stderr and calls
// exit(2). An incomplete line ends the record. run_free frees the run.
struct run *run_read(const char *path);
void run_free(struct run *run);

// Writes the name of the run: "2B rejoin_of_partitioned_leader, seed 3".
void run_name(const struct run *run, char *name, size_t size);

bool is_kind(const struct event *event, const char *kind);

// Is it about this RPC? "AppendEntries"
bool is_rpc(const struct event *event, const char *rpc);

// The arguments of the request that this event is about, searched among its
// causes, too. NULL if unknown.
json_t *event_args(const struct run *run, const struct event *event);

// The last event of this kind. NULL if there is none.
const struct event *event_last(const struct run *run, const char *kind);

// Are these one request of one server, to two peers?
bool is_same_request(const struct event *a, const struct event *b);

// The event with this number. NULL if there is none.
const struct event *event_numbered(const struct run *run, int n);

// A message that took longer is late. Shorter delays reorder messages in every
// run.
#define LATE_MESSAGE_MS 300.0

// The departure of the message that this event is about, found by its causes;
// the event itself if it has none. Sets *doubled if the network doubled it.
const struct event *event_departure(const struct run *run,
                                    const struct event *event, bool *doubled);

// A field of an object, which may be NULL. If there is no such field,
// `otherwise`.
int int_of(json_t *object, const char *field, int otherwise);
bool bool_of(json_t *object, const char *field);
const char *text_of(json_t *object, const char *field);  // Or "".

#endif
