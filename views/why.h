// Why nothing goes on. Each of these looks at the events of a run since its
// progress ended, and adds a sentence for each thing that it finds, the one
// that explains most first. A thing that every right Raft does, too (a vote
// refused since another has it) is said only if it goes on.
#ifndef VIEWS_WHY_H
#define VIEWS_WHY_H

#include "views/lines.h"
#include "views/run.h"
#include "views/server.h"

// The part of a run since progress ended.
struct span {
    const struct run *run;
    int from;  // The place of its first event.
    double from_ms;
    double to_ms;
    struct servers end;  // The servers at its end.
};

// Calls `look` with each event of the span, and with the servers as they were
// just before it.
typedef void span_look(void *self, const struct span *span,
                       const struct servers *servers,
                       const struct event *event);
void span_walk(const struct span *span, span_look *look, void *self);

// Candidates that have a majority and do not lead; why votes are refused
// (5.4.1).
void why_votes(const struct span *span, struct lines *lines);

// The times of elections, and servers that never stand for one (5.2).
void why_elections(const struct span *span, struct lines *lines);

// Why AppendEntries are refused, and what the leader makes of it (5.3).
void why_appends(const struct span *span, struct lines *lines);

// Which entries a leader does not send, and which stand on a majority and are
// not committed (5.3, 5.4.2).
void why_commits(const struct span *span, struct lines *lines);

// Servers that know of committed entries and do not apply them.
void why_applies(const struct span *span, struct lines *lines);

// Which messages that came late or twice changed something.
void why_late(const struct span *span, struct lines *lines);

#endif
