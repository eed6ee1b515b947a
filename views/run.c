// Reads a record, line by line.
#include "views/run.h"

#include "rt/bad_input.h"
#include "rt/clean.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_SERVERS 63   // They are the bits of an unsigned long.
#define MAX_NUMBER  1e9  // Of an index, a term and so on.
#define MAX_BYTES   (256 << 20)

int int_of(json_t *object, const char *field, int otherwise)
{
    json_t *value = json_object_get(object, field);
    double number = json_number_value(value);
    if (!json_is_number(value) || !(fabs(number) <= MAX_NUMBER))
        return otherwise;
    return (int)number;
}

bool bool_of(json_t *object, const char *field)
{
    return json_is_true(json_object_get(object, field));
}

const char *text_of(json_t *object, const char *field)
{
    const char *text = json_string_value(json_object_get(object, field));
    return text == NULL ? "" : text;
}

void run_name(const struct run *run, char *name, size_t size)
{
    const char *suite = text_of(run->header, "suite");
    if (strncmp(suite, "raft_", 5) == 0)
        suite += 5;
    const char *test = text_of(run->header, "test");
    int seed = int_of(run->header, "seed", 0);
    if (seed != 0)
        snprintf(name, size, "%s %s, seed %d", suite, test, seed);
    else
        snprintf(name, size, "%s %s, in real time", suite, test);
    clean_text(name, strlen(name));
}

bool is_kind(const struct event *event, const char *kind)
{
    return strcmp(event->kind, kind) == 0;
}

bool is_rpc(const struct event *event, const char *rpc)
{
    const char *method = text_of(event->json, "method");
    return strncmp(method, "Raft.", 5) == 0 && strcmp(method + 5, rpc) == 0;
}

const struct event *event_departure(const struct run *run,
                                    const struct event *event, bool *doubled)
{
    while (event->cause != -1) {
        event = &run->events[event->cause];
        *doubled |= is_kind(event, "request_doubled");
        if (is_kind(event, "request_sent") || is_kind(event, "reply_sent"))
            break;
    }
    return event;
}

json_t *event_args(const struct run *run, const struct event *event)
{
    for (;;) {
        json_t *args = json_object_get(event->json, "args");
        if (args != NULL || event->cause == -1)
            return args;
        event = &run->events[event->cause];
    }
}

// The index of the event with this number among the events read so far, which
// are sorted by their numbers.
static int place_of(const struct run *run, int n)
{
    int low = 0;
    int high = run->n_events;
    while (low < high) {
        int middle = (low + high) / 2;
        if (run->events[middle].n < n)
            low = middle + 1;
        else
            high = middle;
    }
    return low < run->n_events && run->events[low].n == n ? low : -1;
}

const struct event *event_last(const struct run *run, const char *kind)
{
    for (int i = run->n_events - 1; i >= 0; i--)
        if (is_kind(&run->events[i], kind))
            return &run->events[i];
    return NULL;
}

bool is_same_request(const struct event *a, const struct event *b)
{
    return a->server == b->server && is_kind(a, "request_sent") &&
           is_kind(b, "request_sent") &&
           strcmp(text_of(a->json, "method"), text_of(b->json, "method")) ==
               0 &&
           json_equal(json_object_get(a->json, "args"),
                      json_object_get(b->json, "args"));
}

const struct event *event_numbered(const struct run *run, int n)
{
    int place = place_of(run, n);
    return place == -1 ? NULL : &run->events[place];
}

static int server_of(const struct run *run, json_t *json, const char *field)
{
    int server = int_of(json, field, -1);
    return server >= 0 && server < run->n_servers ? server : -1;
}

static void add_event(struct run *run, json_t *json)
{
    if (run->n_events % 1024 == 0) {
        size_t room = (size_t)run->n_events + 1024;
        run->events = realloc(run->events, room * sizeof *run->events);
        if (run->events == NULL)
            abort();
    }
    struct event event = {
        .n = int_of(json, "n", 0),
        .ms = json_number_value(json_object_get(json, "ms")),
        .kind = text_of(json, "event"),
        .server = server_of(run, json, "server"),
        .peer = server_of(run, json, "peer"),
        .thread = int_of(json, "thread", 0),
        .json = json,
    };
    // The verdict of a process that was killed has no time.
    if (!json_is_number(json_object_get(json, "ms")) && run->n_events > 0)
        event.ms = run->events[run->n_events - 1].ms;
    // Numbers increase, so a cause comes before its effect.
    bool first = run->n_events == 0;
    if (event.n == 0 && !first)
        event.n = run->events[run->n_events - 1].n;
    int cause = int_of(json, "cause", 0);
    event.cause = cause > 0 && cause < event.n ? place_of(run, cause) : -1;
    run->events[run->n_events++] = event;
}

// Reads the next line as an object. NULL if it is none; false at the end.
static bool read_line(FILE *from, json_t **object)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t len = getline(&line, &size, from);
    *object = NULL;
    if (len > 0) {
        *object = json_loadb(line, (size_t)len, 0, NULL);
        if (!json_is_object(*object)) {
            json_decref(*object);
            *object = NULL;
        }
    }
    free(line);
    return len > 0;
}

static json_t *read_header(const char *path, FILE *from)
{
    json_t *header;
    struct stat file;
    if (fstat(fileno(from), &file) == 0 && file.st_size > MAX_BYTES)
        bad_input("raftlab", "%s: it is larger than %d MB", path,
                  MAX_BYTES >> 20);
    read_line(from, &header);
    if (strcmp(text_of(header, "format"), "raftlab record") != 0)
        bad_input("raftlab", "%s: it is no record of raftlab", path);
    if (int_of(header, "version", 0) != 1)
        bad_input("raftlab", "%s: it has another version of the format than 1",
                  path);
    return header;
}

struct run *run_read(const char *path)
{
    FILE *from = fopen(path, "r");
    if (from == NULL)
        bad_input("raftlab", "%s: it cannot be read", path);
    struct run *run = calloc(1, sizeof *run);
    if (run == NULL)
        abort();
    run->header = read_header(path, from);
    run->n_servers = int_of(run->header, "servers", 0);
    if (run->n_servers < 0 || run->n_servers > MAX_SERVERS)
        bad_input("raftlab", "%s: it wants at most %d servers", path,
                  MAX_SERVERS);
    json_t *event;
    while (read_line(from, &event)) {
        if (event == NULL)
            run->n_unread++;
        else
            add_event(run, event);
    }
    fclose(from);
    return run;
}

void run_free(struct run *run)
{
    for (int i = 0; i < run->n_events; i++)
        json_decref(run->events[i].json);
    json_decref(run->header);
    free(run->events);
    free(run);
}
