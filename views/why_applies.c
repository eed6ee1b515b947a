// Finds servers that know of committed entries and do not apply them.
#include "views/why.h"

// Applying needs no message, so it takes only milliseconds.
#define LATE_MS 1000.0

void why_applies(const struct span *span, struct lines *lines)
{
    for (int i = 0; i < span->run->n_servers; i++) {
        const struct server *server = &span->end.each[i];
        double from_ms = later_of(server->applied_ms, server->lag_ms);
        double since_ms = span->to_ms - later_of(from_ms, server->started_ms);
        if (!server->known || !server->running ||
            server_is_paused(server, span->to_ms) ||
            server->commit <= server->applied || since_ms < LATE_MS)
            continue;
        lines_add(lines,
                  "  S%d %s %d, and holds up to %s, but has applied up to %d "
                  "only, and nothing for %s.",
                  i,
                  server->role == LEADER ? "leads and tells leader_commit"
                                         : "knows of a commit index of",
                  server->commit,
                  entry_text(server->last.index, server->last.term),
                  server->applied, duration_text(since_ms));
        why_sleeps(span, i, LATE_MS, lines);
    }
}
