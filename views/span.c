#include "views/why.h"

void span_walk(const struct span *span, span_look *look, void *self)
{
    const struct run *run = span->run;
    struct servers servers = servers_make(run->n_servers);
    for (int i = 0; i < run->n_events; i++) {
        if (i >= span->from)
            look(self, span, &servers, &run->events[i]);
        servers_read(&servers, run, &run->events[i]);
    }
    servers_free(servers);
}
