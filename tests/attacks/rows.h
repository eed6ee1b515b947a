// For attacks on the file of rows that the simulator's program writes: a
// constructor finds its name in the command line, does something with it, and
// ends the program.
#ifndef ROWS_H
#define ROWS_H

#define AT_LOAD
#include "stub.h"

static unsigned long first_seed;  // That the program was asked for.
static int n_runs = 1;

static void attack_rows(const char *path);

// Runs count from 1.
static inline void write_row(FILE *rows, int run, const char *result,
                             const char *more)
{
    fprintf(rows,
            "{\"raft\":\"raft\",\"time\":\"virtual\",\"suite\":\"2A\","
            "\"test\":\"initial_election\",\"run\":%d,\"seed\":%lu,"
            "\"policy\":\"uniform\",\"result\":\"%s\",\"seconds\":3.5,"
            "\"servers\":3,\"rpcs\":44,\"bytes\":1728,\"commands\":0,"
            "\"saves\":2,\"cpu_seconds\":0.001,\"memory_kb\":2204%s}",
            run, first_seed + (unsigned long)run - 1, result, more);
}

__attribute__((constructor)) static void early(void)
{
    static char line[100000];
    int file = open("/proc/self/cmdline", O_RDONLY);
    ssize_t n = file < 0 ? 0 : read(file, line, sizeof line - 1);
    const char *path = NULL;
    for (char *word = line; word < line + n; word += strlen(word) + 1) {
        if (strcmp(word, "--json") == 0)
            path = word + sizeof "--json";
        if (strcmp(word, "--first") == 0)
            first_seed = strtoul(word + sizeof "--first", NULL, 10);
        if (strcmp(word, "--runs") == 0)
            n_runs = atoi(word + sizeof "--runs");
    }
    if (path != NULL)
        attack_rows(path);
    _exit(0);
}

#endif
