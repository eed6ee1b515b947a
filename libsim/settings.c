// Reads the environment: SIM_SEEDS=200 SIM_POLICY=pct:4 ./program
#include "libsim/internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_JOBS    1024
#define MAX_SEEDS   1000000000
#define MAX_SECONDS 1000000000

extern char **environ;

void settings_refuse(const char *format, ...)
{
    fprintf(stderr, "libsim: ");
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    _exit(2);
}

static const char *const names[] = {
    "SIM_SEEDS",      "SIM_FIRST", "SIM_SEED",     "SIM_POLICY", "SIM_LIMIT",
    "SIM_REAL_LIMIT", "SIM_JOBS",  "SIM_FUNCTION", "SIM_ALLOW",  "SIM_GDB",
};

// An option that would do nothing is told: most often its name is mistyped.
static void check_name(const char *variable)
{
    size_t length = strcspn(variable, "=");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strlen(names[i]) == length &&
            strncmp(names[i], variable, length) == 0)
            return;
    }
    settings_refuse("%.*s=: there is no such option; libsim.md lists them",
                    (int)length, variable);
}

// The number in this variable, or the usual one.
static uint64_t number(const char *name, uint64_t usual, uint64_t least,
                       uint64_t most)
{
    const char *text = getenv(name);
    if (text == NULL)
        return usual;
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 ||
        number < least || number > most)
        settings_refuse("%s=%s: wants a number from %llu to %llu", name, text,
                        (unsigned long long)least, (unsigned long long)most);
    return number;
}

static const char *read_policy(void)
{
    const char *policy = getenv("SIM_POLICY");
    if (policy != NULL && !sim_policy_is_known(policy))
        settings_refuse("SIM_POLICY=%s: wants uniform, pct, pct:DEPTH (1 to "
                        "100) or pos",
                        policy);
    return policy != NULL ? policy : "uniform";
}

struct settings settings_read(void)
{
    for (char **variable = environ; *variable != NULL; variable++) {
        if (strncmp(*variable, "SIM_", 4) == 0)
            check_name(*variable);
    }
    bool is_replay = getenv("SIM_SEED") != NULL;
    if (is_replay &&
        (getenv("SIM_SEEDS") != NULL || getenv("SIM_FIRST") != NULL))
        settings_refuse("SIM_SEED= replays one seed; SIM_SEEDS= and SIM_FIRST= "
                        "are for many");
    struct settings settings = {
        .is_replay = is_replay,
        .first = is_replay ? number("SIM_SEED", 1, 0, INT64_MAX)
                           : number("SIM_FIRST", 1, 0, INT64_MAX - MAX_SEEDS),
        .seeds = (int)number("SIM_SEEDS", 1000, 1, MAX_SEEDS),
        .limit_s = (int)number("SIM_LIMIT", 60, 1, MAX_SECONDS),
        .real_limit_s = (int)number("SIM_REAL_LIMIT", 60, 1, MAX_SECONDS),
        .jobs = (int)number("SIM_JOBS", (uint64_t)sysconf(_SC_NPROCESSORS_ONLN),
                            1, MAX_JOBS),
        .policy = read_policy(),
        .function = getenv("SIM_FUNCTION"),
        .allow = getenv("SIM_ALLOW") != NULL ? getenv("SIM_ALLOW") : "",
        .in_debugger = number("SIM_GDB", 0, 0, 1) == 1,
    };
    if (settings.in_debugger && !is_replay)
        settings_refuse("SIM_GDB=1 is for a replay: SIM_SEED=17 SIM_GDB=1");
    return settings;
}

// Prints a word so that a shell reads it as one.
static void print_word(const char *word)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        "_./:,=+-@%";
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        printf("%s", word);
        return;
    }
    putchar('\'');
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            printf("'\\''");
        else
            putchar(*word);
    }
    putchar('\'');
}

// Those that change what a run does.
static const char *const of_a_run[] = { "SIM_POLICY", "SIM_LIMIT",
                                        "SIM_REAL_LIMIT", "SIM_FUNCTION",
                                        "SIM_ALLOW" };

void settings_print_replay(uint64_t seed, char **argv, bool in_debugger)
{
    printf("SIM_SEED=%llu ", (unsigned long long)seed);
    for (size_t i = 0; i < sizeof of_a_run / sizeof of_a_run[0]; i++) {
        const char *value = getenv(of_a_run[i]);
        if (value == NULL)
            continue;
        printf("%s=", of_a_run[i]);
        print_word(value);
        putchar(' ');
    }
    printf("%s", in_debugger ? "SIM_GDB=1 gdb --args " : "");
    for (char **word = argv; *word != NULL; word++) {
        print_word(*word);
        putchar(word[1] != NULL ? ' ' : '\n');
    }
    if (argv[0] == NULL)
        putchar('\n');
}
