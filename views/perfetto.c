// Draws a run on the tracks of a trace. The file is in the order of time, and a
// flow stands behind the slice that it is bound to: Perfetto binds it to the
// slice that began last on its track.
#include "views/perfetto.h"

#include "rt/wrap.h"
#include "views/lines.h"
#include "views/server.h"
#include "views/title.h"

#include <stdlib.h>
#include <string.h>

// Numbers of processes and of tracks. No number is 0, which is the kernel's,
// and no track has the number of a process, which would be its main thread.
#define TESTER     99
#define SERVERS    100    // The number of S0.
#define ACTS       20000  // Of each thread of the tester, which tells acts.
#define TEST_TRACK 10000  // The tester's other events.

enum track { ROLE = 1, FAULTS, MESSAGES, SAVES, SERVICE, LOG, N_TRACKS };

static const char *const track_names[N_TRACKS] = {
    [ROLE] = "role (inferred)", [FAULTS] = "faults",   [MESSAGES] = "messages",
    [SAVES] = "saves",          [SERVICE] = "service", [LOG] = "log",
};

#define MOST_MS      1e9
#define MOST_COLUMNS 80  // Of a name.

// A message takes no time. Its slice is as long as there is room on its track,
// so that its name can be read, but no longer than this.
#define LONGEST_MS 1.0

// The open slices and the values of the counters of a server, as drawn.
struct drawn {
    bool has_role;
    enum role role;
    int term;
    const char *fault;  // NULL: none.
    int counted_term;
    int commit;
    int applied;
};

struct trace {
    const struct run *run;
    FILE *to;
    bool has_begun;
    bool connects;    // A server that was never connected is not cut off.
    double *ms;       // The time of each event. It never goes back.
    double *room_ms;  // From each message to the next one of its server.
    int *arrival;     // Of the message that departs with an event; -1: none.
    struct servers servers;
    struct drawn *drawn;
    int *acts;  // The places of those that are open, from the outermost.
    int n_acts;
    int acts_thread;  // The thread whose track was named last.
};

// ---- Writing ----

static int process_of(const struct event *event)
{
    return event->server == -1 ? TESTER : SERVERS + event->server;
}

static int track_of(int server, enum track track)
{
    return (SERVERS + server) * 10 + (int)track;
}

// Writes an event of the trace, and takes it.
static void write_event(struct trace *trace, json_t *event)
{
    if (event == NULL)
        abort();
    fputs(trace->has_begun ? ",\n" : "\n", trace->to);
    trace->has_begun = true;
    json_dumpf(event, trace->to, JSON_COMPACT | JSON_REAL_PRECISION(15));
    json_decref(event);
}

static json_t *make(const char *phase, int process, int track, double ms)
{
    return json_pack("{s:s, s:i, s:i, s:f}", "ph", phase, "pid", process, "tid",
                     track, "ts", ms * 1000);
}

static void set(json_t *event, const char *field, json_t *value)
{
    json_object_set_new(event, field, value);
}

// Sets the name of an event. A long one is cut between words.
static void set_name(json_t *event, const char *name)
{
    size_t len = (size_t)wrap_fitting(name, MOST_COLUMNS);
    set(event, "name", json_stringn(name, len));
}

static void write_metadata(struct trace *trace, const char *what, int process,
                           int track, json_t *args)
{
    json_t *event = make("M", process, track, 0);
    set_name(event, what);
    set(event, "args", args);
    write_event(trace, event);
}

static void name_track(struct trace *trace, int process, int track,
                       const char *name)
{
    write_metadata(trace, "thread_name", process, track,
                   json_pack("{s:s}", "name", name));
    write_metadata(trace, "thread_sort_index", process, track,
                   json_pack("{s:i}", "sort_index", track));
}

static void name_process(struct trace *trace, int process, int track,
                         const char *name)
{
    write_metadata(trace, "process_name", process, track,
                   json_pack("{s:s}", "name", name));
    write_metadata(trace, "process_sort_index", process, track,
                   json_pack("{s:i}", "sort_index", process));
}

static void write_names(struct trace *trace)
{
    name_process(trace, TESTER, TEST_TRACK, "tester");
    name_track(trace, TESTER, TEST_TRACK, "test");
    for (int s = 0; s < trace->run->n_servers; s++) {
        char name[16];
        snprintf(name, sizeof name, "S%d", s);
        name_process(trace, SERVERS + s, track_of(s, ROLE), name);
        for (enum track track = ROLE; track < N_TRACKS; track++)
            name_track(trace, SERVERS + s, track_of(s, track),
                       track_names[track]);
    }
}

static void begin_slice(struct trace *trace, int process, int track, double ms,
                        const char *name, json_t *args)
{
    json_t *event = make("B", process, track, ms);
    set_name(event, name);
    set(event, "args", args);
    write_event(trace, event);
}

static void end_slice(struct trace *trace, int process, int track, double ms)
{
    write_event(trace, make("E", process, track, ms));
}

static void count(struct trace *trace, int server, double ms, const char *name,
                  const char *series, int value)
{
    json_t *event = make("C", SERVERS + server, track_of(server, ROLE), ms);
    set_name(event, name);
    set(event, "args", json_pack("{s:i}", series, value));
    write_event(trace, event);
}

// ---- Servers ----

static void draw_role(struct trace *trace, int s, double ms)
{
    static const char *const names[] = {
        [FOLLOWER] = "follower", [CANDIDATE] = "candidate", [LEADER] = "LEADER"
    };
    const struct server *server = &trace->servers.each[s];
    struct drawn *drawn = &trace->drawn[s];
    bool has_role = server->exists && server->running;
    if (has_role == drawn->has_role &&
        (!has_role ||
         (drawn->role == server->role && drawn->term == server->term)))
        return;
    if (drawn->has_role)
        end_slice(trace, SERVERS + s, track_of(s, ROLE), ms);
    drawn->has_role = has_role;
    drawn->role = server->role;
    drawn->term = server->term;
    if (!has_role)
        return;
    char name[40];
    snprintf(name, sizeof name, "%s T%d", names[server->role], server->term);
    begin_slice(trace, SERVERS + s, track_of(s, ROLE), ms, name,
                json_pack("{s:i, s:s, s:b}", "term", server->term, "role",
                          names[server->role], "inferred", true));
}

static const char *fault_of(const struct trace *trace, int s, double now_ms)
{
    const struct server *server = &trace->servers.each[s];
    if (!server->exists)
        return NULL;
    if (!server->running)
        return "crashed";
    if (server_is_paused(server, now_ms))
        return "paused";
    return trace->connects && !server->connected ? "cut off" : NULL;
}

static void draw_fault(struct trace *trace, int s, double ms)
{
    struct drawn *drawn = &trace->drawn[s];
    const char *fault = fault_of(trace, s, ms);
    if (fault == drawn->fault)
        return;
    if (drawn->fault != NULL)
        end_slice(trace, SERVERS + s, track_of(s, FAULTS), ms);
    drawn->fault = fault;
    if (fault != NULL)
        begin_slice(trace, SERVERS + s, track_of(s, FAULTS), ms, fault,
                    json_object());
}

// Ends the pauses at their time. The record need not have it: "resumed" is told
// only of servers that still run.
static void end_pauses(struct trace *trace, double now_ms)
{
    for (int s = 0; s < trace->run->n_servers; s++) {
        double end_ms = trace->servers.each[s].paused_until_ms;
        if (trace->drawn[s].fault != NULL &&
            strcmp(trace->drawn[s].fault, "paused") == 0 && end_ms <= now_ms)
            draw_fault(trace, s, end_ms);
    }
}

static void draw_counters(struct trace *trace, int s, double ms)
{
    const struct server *server = &trace->servers.each[s];
    struct drawn *drawn = &trace->drawn[s];
    if (server->term != drawn->counted_term)
        count(trace, s, ms, "saved", "term", server->term);
    if (server->commit != drawn->commit)
        count(trace, s, ms, "commit index", "(inferred)", server->commit);
    if (server->applied != drawn->applied)
        count(trace, s, ms, "applied", "index", server->applied);
    drawn->counted_term = server->term;
    drawn->commit = server->commit;
    drawn->applied = server->applied;
}

// ---- Messages ----

static bool is_message(const struct event *event)
{
    return event->server != -1 && (strncmp(event->kind, "request_", 8) == 0 ||
                                   strncmp(event->kind, "reply_", 6) == 0);
}

static bool is_departure(const struct event *event)
{
    return is_message(event) &&
           (is_kind(event, "request_sent") || is_kind(event, "reply_sent") ||
            is_kind(event, "request_doubled"));
}

static bool is_arrival(const struct event *event)
{
    return is_message(event) && (is_kind(event, "request_arrived") ||
                                 is_kind(event, "reply_arrived"));
}

static void write_flow(struct trace *trace, int i, const char *phase, int id)
{
    const struct event *event = &trace->run->events[i];
    json_t *flow = make(phase, process_of(event),
                        track_of(event->server, MESSAGES), trace->ms[i]);
    set(flow, "id", json_integer(id));
    set(flow, "cat", json_string("message"));
    set(flow, "name", json_string("message"));
    set(flow, "bp", json_string("e"));
    write_event(trace, flow);
}

static void draw_message(struct trace *trace, int i, json_t *slice)
{
    const struct run *run = trace->run;
    const struct event *event = &run->events[i];
    double ms = 0.9 * trace->room_ms[i];
    int whole_ns = (int)((ms < LONGEST_MS ? ms : LONGEST_MS) * 1e6);
    set(slice, "ph", json_string("X"));
    set(slice, "dur", json_real(whole_ns / 1000.0));
    write_event(trace, slice);
    if (trace->arrival[i] != -1)
        write_flow(trace, i, "s", run->events[trace->arrival[i]].n);
    if (is_arrival(event) && event->cause != -1 &&
        trace->arrival[event->cause] == i)
        write_flow(trace, i, "f", event->n);
}

// ---- The tester ----

static void begin_act(struct trace *trace, int i, const char *title)
{
    const struct event *event = &trace->run->events[i];
    int track = ACTS + event->thread;
    if (event->thread != trace->acts_thread)
        name_track(trace, TESTER, track, "acts");
    trace->acts_thread = event->thread;
    trace->acts[trace->n_acts++] = i;
    begin_slice(trace, TESTER, track, trace->ms[i], title,
                json_incref(event->json));
}

// Ends an act, and those that have begun within it on its thread.
static void end_act(struct trace *trace, int i)
{
    const struct event *events = trace->run->events;
    int begin = events[i].cause;
    int k = 0;
    while (k < trace->n_acts && trace->acts[k] != begin)
        k++;
    if (k == trace->n_acts)
        return;
    int n_left = k;
    for (; k < trace->n_acts; k++) {
        int act = trace->acts[k];
        if (events[act].thread == events[begin].thread)
            end_slice(trace, TESTER, ACTS + events[act].thread, trace->ms[i]);
        else
            trace->acts[n_left++] = act;
    }
    trace->n_acts = n_left;
}

// ---- All ----

static int instants_of(const struct event *event)
{
    if (event->server == -1)
        return TEST_TRACK;
    if (is_kind(event, "saved"))
        return track_of(event->server, SAVES);
    if (is_kind(event, "log"))
        return track_of(event->server, LOG);
    return track_of(event->server, SERVICE);
}

static void draw_event(struct trace *trace, int i)
{
    const struct event *event = &trace->run->events[i];
    char *title = title_make(trace->run, event);
    if (is_kind(event, "act_begins")) {
        begin_act(trace, i, title);
    } else if (is_kind(event, "act_ends")) {
        end_act(trace, i);
    } else {
        int track = is_message(event) ? track_of(event->server, MESSAGES)
                                      : instants_of(event);
        json_t *drawn = make("i", process_of(event), track, trace->ms[i]);
        set_name(drawn, title);
        set(drawn, "args", json_incref(event->json));
        if (is_message(event)) {
            draw_message(trace, i, drawn);
        } else {
            set(drawn, "s", json_string("t"));
            write_event(trace, drawn);
        }
    }
    free(title);
}

static void draw_all(struct trace *trace)
{
    const struct run *run = trace->run;
    for (int i = 0; i < run->n_events; i++) {
        end_pauses(trace, trace->ms[i]);
        draw_event(trace, i);
        int s = run->events[i].server;
        servers_read(&trace->servers, run, &run->events[i]);
        if (s == -1)
            continue;
        draw_role(trace, s, trace->ms[i]);
        draw_fault(trace, s, trace->ms[i]);
        draw_counters(trace, s, trace->ms[i]);
    }
}

// No event has ended the slices that are still open.
static void close_all(struct trace *trace)
{
    const struct run *run = trace->run;
    double ms = run->n_events == 0 ? 0 : trace->ms[run->n_events - 1];
    for (int s = 0; s < run->n_servers; s++) {
        if (trace->drawn[s].has_role)
            end_slice(trace, SERVERS + s, track_of(s, ROLE), ms);
        if (trace->drawn[s].fault != NULL)
            end_slice(trace, SERVERS + s, track_of(s, FAULTS), ms);
    }
    while (trace->n_acts > 0) {
        int act = trace->acts[--trace->n_acts];
        end_slice(trace, TESTER, ACTS + run->events[act].thread, ms);
    }
}

static void find_times(struct trace *trace)
{
    const struct run *run = trace->run;
    double latest = 0;
    for (int i = 0; i < run->n_events; i++) {
        double ms = run->events[i].ms;
        latest = ms > latest ? ms : latest;
        trace->ms[i] = latest < MOST_MS ? latest : MOST_MS;
        trace->connects |= is_kind(&run->events[i], "connected");
    }
}

static void find_arrivals(struct trace *trace)
{
    const struct run *run = trace->run;
    for (int i = 0; i < run->n_events; i++) {
        int departure = run->events[i].cause;
        trace->arrival[i] = -1;
        if (is_arrival(&run->events[i]) && departure != -1 &&
            is_departure(&run->events[departure]) &&
            trace->arrival[departure] == -1)
            trace->arrival[departure] = i;
    }
}

static void find_room(struct trace *trace)
{
    const struct run *run = trace->run;
    double *next = calloc((size_t)run->n_servers + 1, sizeof *next);
    if (next == NULL)
        abort();
    for (int s = 0; s < run->n_servers; s++)
        next[s] = MOST_MS;
    for (int i = run->n_events - 1; i >= 0; i--) {
        int s = run->events[i].server;
        if (!is_message(&run->events[i]))
            continue;
        trace->room_ms[i] = next[s] - trace->ms[i];
        next[s] = trace->ms[i];
    }
    free(next);
}

void perfetto_print(const struct run *run, FILE *to)
{
    size_t n = (size_t)run->n_events + 1;
    struct trace trace = {
        .run = run,
        .to = to,
        .ms = calloc(n, sizeof(double)),
        .room_ms = calloc(n, sizeof(double)),
        .arrival = calloc(n, sizeof(int)),
        .servers = servers_make(run->n_servers),
        .drawn = calloc((size_t)run->n_servers + 1, sizeof(struct drawn)),
        .acts = calloc(n, sizeof(int)),
        .acts_thread = -1,
    };
    if (trace.ms == NULL || trace.room_ms == NULL || trace.arrival == NULL ||
        trace.drawn == NULL || trace.acts == NULL)
        abort();
    find_times(&trace);
    find_arrivals(&trace);
    find_room(&trace);
    char *about = json_dumps(run->header, JSON_COMPACT);
    fprintf(to,
            "{\"displayTimeUnit\":\"ms\",\"otherData\":%s,\"traceEvents\":[",
            about == NULL ? "{}" : about);
    free(about);
    write_names(&trace);
    draw_all(&trace);
    close_all(&trace);
    fputs("\n]}\n", to);
    servers_free(trace.servers);
    free(trace.ms);
    free(trace.room_ms);
    free(trace.arrival);
    free(trace.drawn);
    free(trace.acts);
}
