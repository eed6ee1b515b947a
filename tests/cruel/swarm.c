#include "tests/cruel/swarm.h"

#include "tester/telling.h"

#include <stdio.h>
#include <string.h>

enum commands { ONE_BY_ONE, WITH_PAUSES, IN_BURSTS, AT_ONCE, N_COMMANDS };
enum times { AT_EVERY_TENTH, SELDOM, OFTEN, APART, N_TIMES };

static struct {
    unsigned usual;
    int percent[N_FAULTS];  // Of the usual amount.
    enum commands commands;
    enum times snapshots;
} swarm;

// ---- Drawing ----

// Two thirds of the runs have all faults that are usual, in the usual amount.
static void draw_usual(struct config *cfg, unsigned usual)
{
    static const int amounts[] = { 0, 0, 25, 100, 200 };
    bool all = cfg_random_below(cfg, 3) > 0;
    for (int i = 0; i < N_FAULTS; i++) {
        if ((usual & 1U << i) != 0)
            swarm.percent[i] = all ? 100 : amounts[cfg_random_below(cfg, 5)];
    }
}

static void draw_others(struct config *cfg, unsigned others)
{
    static const int amounts[] = { 0, 0, 0, 0, 25, 100 };
    for (int i = 0; i < N_FAULTS; i++) {
        if ((others & ~swarm.usual & 1U << i) != 0)
            swarm.percent[i] = amounts[cfg_random_below(cfg, 6)];
    }
}

static void draw_commands(struct config *cfg)
{
    static const enum commands commands[] = {
        ONE_BY_ONE, ONE_BY_ONE, ONE_BY_ONE, WITH_PAUSES,
        IN_BURSTS,  IN_BURSTS,  AT_ONCE,
    };
    swarm.commands = commands[cfg_random_below(cfg, 7)];
}

static int draw_interval(struct config *cfg)
{
    static const int seldom[] = { 20, 30, 50 };
    static const int often[] = { 5, 3, 2, 1 };
    switch (swarm.snapshots) {
    case SELDOM:
        return seldom[cfg_random_below(cfg, 3)];
    case OFTEN:
        return often[cfg_random_below(cfg, 4)];
    case APART:
        return cfg_random_below(cfg, 2) == 0 ? 50 : 2;
    default:
        return 10;
    }
}

// Each server has its own interval if they make snapshots apart from each
// other. Then a leader may have discarded what a follower has not, and the
// other way round.
static void draw_snapshots(struct config *cfg)
{
    static const enum times times[] = {
        AT_EVERY_TENTH, AT_EVERY_TENTH, AT_EVERY_TENTH, SELDOM, OFTEN, APART,
    };
    swarm.snapshots = times[cfg_random_below(cfg, 6)];
    int interval = draw_interval(cfg);
    for (int i = 0; i < cfg_n(cfg); i++) {
        if (i > 0 && swarm.snapshots == APART)
            interval = draw_interval(cfg);
        cfg_set_snapshot_interval(cfg, i, interval);
    }
}

// ---- Telling ----

static void append(char *text, size_t size, const char *words)
{
    size_t len = strlen(text);
    snprintf(text + len, size - len, "%s%s", len == 0 ? "" : ", ", words);
}

static void append_fault(char *text, size_t size, int i)
{
    static const char *const names[N_FAULTS] = {
        "losses",     "late replies", "late requests", "duplicates",
        "slow links", "one-way cuts", "cut-offs",      "flapping",
        "crashes",    "pauses",       "clocks apart",
    };
    char words[50];
    int percent = swarm.percent[i];
    snprintf(words, sizeof words, "%s%s", names[i],
             percent < 100   ? " (seldom)"
             : percent > 100 ? " (often)"
                             : "");
    if (percent > 0)
        append(text, size, words);
}

static void tell_mixture(bool has_snapshots)
{
    static const char *const commands[N_COMMANDS] = {
        "commands one by one",
        "commands with pauses",
        "commands in bursts",
        "commands of several clients at once",
    };
    static const char *const snapshots[N_TIMES] = {
        "snapshots at every tenth index",
        "snapshots seldom",
        "snapshots often",
        "snapshots at some servers often, at others seldom",
    };
    char faults[300] = "";
    for (int i = 0; i < N_FAULTS; i++)
        append_fault(faults, sizeof faults, i);
    char text[500];
    snprintf(text, sizeof text, "this run has %s",
             faults[0] == 0 ? "no faults" : faults);
    append(text, sizeof text, commands[swarm.commands]);
    if (has_snapshots)
        append(text, sizeof text, snapshots[swarm.snapshots]);
    test_tell(EVENT_NETWORK, 0, "mixture", text);
}

void swarm_draw(struct config *cfg, unsigned usual, unsigned others)
{
    swarm.usual = usual;
    draw_usual(cfg, usual);
    draw_others(cfg, others);
    draw_commands(cfg);
    if (cfg_has_snapshots(cfg))
        draw_snapshots(cfg);
    tell_mixture(cfg_has_snapshots(cfg));
}

// ---- Asking ----

static int amount(enum fault fault)
{
    return swarm.percent[__builtin_ctz(fault)];
}

bool swarm_adds(enum fault fault)
{
    return (swarm.usual & fault) == 0 && amount(fault) > 0;
}

int swarm_percent(enum fault fault, int percent)
{
    int scaled = percent * amount(fault) / 100;
    return scaled < 100 ? scaled : 100;
}

bool swarm_chance(struct config *cfg, enum fault fault, int percent)
{
    int scaled = swarm_percent(fault, percent);
    return scaled > 0 && cfg_chance(cfg, scaled);
}

bool swarm_is_light(enum fault fault)
{
    return amount(fault) < 100;
}

int swarm_commands(struct config *cfg)
{
    switch (swarm.commands) {
    case WITH_PAUSES:
        return cfg_chance(cfg, 25) ? 1 : 0;
    case IN_BURSTS:
    case AT_ONCE:
        return cfg_random_below(cfg, 5) < 4 ? 1 : 1 + cfg_random_below(cfg, 10);
    default:
        return 1;
    }
}

bool swarm_has_clients(void)
{
    return swarm.commands == AT_ONCE;
}
