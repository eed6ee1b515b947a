// The known state of a server at a moment of a run: from its saves, its
// messages, and the tester's acts. Its memory is unknown, so its role and its
// commit index are inferred from its messages.
#ifndef VIEWS_SERVER_H
#define VIEWS_SERVER_H

#include "views/run.h"

#include <stdbool.h>

#define NEVER (-1.0)

enum role { FOLLOWER, CANDIDATE, LEADER };

struct entry_id {
    int index;
    int term;
};

struct server {
    bool exists;  // It was started. A server played by a script was not.
    bool running;
    bool connected;
    double paused_until_ms;
    bool known;  // Its saved state is known: not if a save does not decode, or
                 // if the record lacks the beginning.

    // Saved.
    int term;
    int voted_for;  // -1: nobody.
    struct entry_id snapshot;
    struct entry_id last;
    int *terms;  // Of its entries, by index; 0: unknown.
    int n_terms;

    // Inferred.
    enum role role;
    int commit;

    int applied;
    double applied_ms;  // When it last applied, or started.
    double lag_ms;      // Since when it knows of more than it has applied.
    double sent_ms;     // When it last sent a message; or NEVER.
    double heard_ms;
    double led_ms;  // When it last heard from a leader of its term or later.
    double granted_ms;  // When it last granted a vote.
    double started_ms;  // When it last started, or its pause ended.
    double connected_ms;
    double leading_ms;  // When it last sent a message as a leader.
    double term_ms;     // When it first saved this term.
    int saved_at;       // The place of the event of its last save,
    int saved_thread;   // and its thread.
};

struct servers {
    int n;
    bool begin_is_missing;  // The record's first events were dropped.
    struct server *each;
};

struct servers servers_make(int n);
void servers_free(struct servers servers);

// Updates the states by an event. To be called for the events in their order.
void servers_read(struct servers *servers, const struct run *run,
                  const struct event *event);

// The later of two times, of which one may be NEVER.
static inline double later_of(double a, double b)
{
    return a > b ? a : b;
}

// The event is an answer, and its cause is the request's arrival. Has another
// thread saved between the two? Then the server may have decided its answer
// before that save.
bool server_saved_meanwhile(const struct server *server,
                            const struct event *event);

// Since when it has run, been awake and been connected; or NEVER.
double server_ready_ms(const struct server *server);

bool server_is_paused(const struct server *server, double now_ms);

// Does one lead that runs and is connected?
bool server_leads(const struct servers *servers);

// The term of an entry in its saved log; 0 if there is none, or if it is
// unknown.
int server_term_at(const struct server *server, int index);

#endif
