// Reads the times of elections and commits from a record (docs/record.md).
// Lines are searched as text. A field's name with its quotes cannot be inside a
// string, because quotes are escaped there.
#include "timing/data.h"

#include "rt/alloc.h"
#include "rt/bad_input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SERVERS 64
#define MAX_COMMAND 300

// A command that was started and is not applied by a majority yet.
struct offer {
    double ms;
    int index;
    char command[MAX_COMMAND];  // In the record's form.
    bool applied[MAX_SERVERS];
    struct offer *next;
};

struct cluster {
    struct group *group;
    int n;        // Servers.
    double seed;  // 0 in real time.
    bool is_reliable;
    bool is_up[MAX_SERVERS];  // Started and connected.
    int term;                 // The newest term with a leader.
    int leader;               // -1 before the first.
    bool leader_lives;        // In the same life; it may be cut off.

    // The time since which there is no leader; below 0 if there is one, or no
    // majority that could elect one.
    double without_since;
    struct offer *offers;
};

// ---- Fields of a line ----

// Finds the field's value; NULL if there is none.
static const char *find(const char *line, const char *name)
{
    const char *at = strstr(line, name);
    return at == NULL ? NULL : at + strlen(name);
}

static double number(const char *line, const char *name, double otherwise)
{
    const char *at = find(line, name);
    return at == NULL ? otherwise : strtod(at, NULL);
}

static bool is_event(const char *line, const char *event)
{
    const char *at = find(line, "\"event\":\"");
    size_t length = strlen(event);
    return at != NULL && strncmp(at, event, length) == 0 && at[length] == '"';
}

// Copies the command in the record's form, to be compared. It is the last
// field.
static void copy_command(const char *line, char *to)
{
    const char *at = find(line, "\"command\":");
    snprintf(to, MAX_COMMAND, "%s", at == NULL ? "" : at);
}

// ---- Elections ----

static bool has_majority(const struct cluster *cluster)
{
    int up = 0;
    for (int k = 0; k < cluster->n; k++)
        up += cluster->is_up[k];
    return up > cluster->n / 2;
}

// Notes that a server is up or down. An election's time begins when there is no
// leader, but a majority that can elect one.
static void note_server(struct cluster *cluster, int server, bool is_up,
                        double ms)
{
    cluster->is_up[server] = is_up;
    bool has_leader = cluster->leader_lives && cluster->is_up[cluster->leader];
    if (has_leader || !has_majority(cluster))
        cluster->without_since = -1;
    else if (cluster->without_since < 0)
        cluster->without_since = ms;
}

static void end_life(struct cluster *cluster, int server, double ms)
{
    if (server == cluster->leader)
        cluster->leader_lives = false;
    note_server(cluster, server, false, ms);
}

// Adds the time of the first election. In virtual time all tests with the same
// seed and number of servers begin the same way: that is only one sample.
static void add_first(struct cluster *cluster, double ms)
{
    struct samples *begun = &cluster->group->begun;
    double key = cluster->seed * (MAX_SERVERS + 1.0) + cluster->n;
    for (int k = 0; cluster->seed > 0 && k < begun->n; k++) {
        if (begun->value[k] == key)
            return;
    }
    samples_add(begun, key);
    samples_add(&cluster->group->measured[FIRST_LEADER], ms);
}

// Notes that a server acts as leader of a term. One that is cut off is no
// leader for the others.
static void note_leader(struct cluster *cluster, int server, int term,
                        double ms)
{
    if (term <= cluster->term || !cluster->is_up[server])
        return;
    if (cluster->without_since >= 0 && cluster->leader < 0)
        add_first(cluster, ms - cluster->without_since);
    else if (cluster->without_since >= 0)
        samples_add(&cluster->group->measured[LEADER_AFTER_LOSS],
                    ms - cluster->without_since);
    cluster->term = term;
    cluster->leader = server;
    cluster->leader_lives = true;
    cluster->without_since = -1;
}

// ---- Commits ----

static void note_offer(struct cluster *cluster, const char *line, double ms)
{
    struct offer *offer = alloc(sizeof *offer);
    offer->ms = ms;
    offer->index = (int)number(line, "\"index\":", 0);
    copy_command(line, offer->command);
    offer->next = cluster->offers;
    cluster->offers = offer;
}

static bool is_by_majority(const struct cluster *cluster,
                           const struct offer *offer)
{
    int n = 0;
    for (int k = 0; k < cluster->n; k++)
        n += offer->applied[k];
    return n > cluster->n / 2;
}

static void note_applied(struct cluster *cluster, const char *line, int server,
                         double ms)
{
    int index = (int)number(line, "\"index\":", 0);
    char command[MAX_COMMAND];
    copy_command(line, command);
    for (struct offer **at = &cluster->offers; *at != NULL;) {
        struct offer *offer = *at;
        if (offer->index == index && strcmp(offer->command, command) == 0)
            offer->applied[server] = true;
        if (!is_by_majority(cluster, offer)) {
            at = &offer->next;
            continue;
        }
        samples_add(
            &cluster->group->measured[cluster->is_reliable ? COMMIT_RELIABLE
                                                           : COMMIT_UNRELIABLE],
            ms - offer->ms);
        *at = offer->next;
        free(offer);
    }
}

// ---- A record ----

static void read_event(struct cluster *cluster, const char *line)
{
    double ms = number(line, "\"ms\":", 0);
    int server = (int)number(line, "\"server\":", -1);
    if (is_event(line, "test_begins"))
        cluster->is_reliable = strstr(line, "\"unreliable\"") == NULL;
    if (server < 0 || server >= cluster->n)
        return;
    if (is_event(line, "connected"))
        note_server(cluster, server, true, ms);
    else if (is_event(line, "cut_off"))
        note_server(cluster, server, false, ms);
    else if (is_event(line, "crashed") || is_event(line, "started"))
        end_life(cluster, server, ms);
    else if (is_event(line, "offered"))
        note_offer(cluster, line, ms);
    else if (is_event(line, "applied"))
        note_applied(cluster, line, server, ms);
    else if (is_event(line, "request_sent") &&
             (strstr(line, "\"Raft.AppendEntries\"") != NULL ||
              strstr(line, "\"Raft.InstallSnapshot\"") != NULL))
        note_leader(cluster, server,
                    (int)number(line, "\"args\":{\"term\":", 0), ms);
}

void times_read(struct group *group, const char *path)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        bad_input("timing", "%s: %s", path, strerror(errno));
    char *line = NULL;
    size_t size = 0;
    struct cluster cluster = { .group = group,
                               .leader = -1,
                               .without_since = -1 };
    if (getline(&line, &size, file) > 0) {
        cluster.n = (int)number(line, "\"servers\":", 0);
        cluster.seed = number(line, "\"seed\":", 0);
    }
    if (cluster.n < 1 || cluster.n > MAX_SERVERS)
        bad_input("timing", "%s: is no record", path);
    while (getline(&line, &size, file) > 0)
        read_event(&cluster, line);
    group->n_records++;
    while (cluster.offers != NULL) {
        struct offer *next = cluster.offers->next;
        free(cluster.offers);
        cluster.offers = next;
    }
    free(line);
    fclose(file);
}
