// Reasons why there is no progress. Each function reads the events of a run
// since its progress ended, and adds a sentence for each reason that it finds,
// the most important one first. An event that happens in right Rafts, too (a
// vote refused because another candidate has it), is reported only if it is
// repeated.
#ifndef VIEWS_WHY_H
#define VIEWS_WHY_H

#include "views/lines.h"
#include "views/run.h"
#include "views/server.h"

// The part of a run since progress ended.
struct span {
    const struct run *run;
    int from;  // The index of its first event.
    double from_ms;
    double progress_ms;  // When progress ended; 0 if there was none.
    double to_ms;
    struct servers end;  // The servers at its end.
};

// Called with each event of the span, and with the servers' states just before
// it.
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

// Entries that a leader does not send, and entries that a majority has and that
// are not committed (5.3, 5.4.2).
void why_commits(const struct span *span, struct lines *lines);

// Servers that know of committed entries and do not apply them.
void why_applies(const struct span *span, struct lines *lines);

// Adds for what the server's thread waits that should apply, if it has waited
// so long, without a time limit. In real time that is unknown.
void why_sleeps(const struct span *span, int server, double least_ms,
                struct lines *lines);

// The requests of a flood, what they have in common, and their replies. Returns
// whether the test failed by one.
bool why_floods(const struct span *span, struct lines *lines);

// The event that a broken rule contradicts, and the last events of the server
// that broke it; those of a server that has applied what it must not; or, if
// the process has crashed, the last of all.
void why_before(const struct span *span, bool crashed, struct lines *lines);

// The message that led to a broken rule, if it came late or twice.
void why_late(const struct span *span, struct lines *lines);

#endif
