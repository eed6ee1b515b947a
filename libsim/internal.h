// libsim: runs a program of plain pthreads over many seeds, each in a process
// of its own. docs/libsim.md says how it is used.
//
// The linker leads the start of the program to main.c, by --wrap=main. The
// program's own main is __real_main.
#ifndef LIBSIM_INTERNAL_H
#define LIBSIM_INTERNAL_H

#include "sim/sim.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---- settings.c ----

// The options, which the environment has.
struct settings {
    bool is_replay;  // Of one seed, the first.
    uint64_t first;
    int seeds;
    const char *policy;
    int limit_s;       // Virtual seconds.
    int real_limit_s;  // Real seconds.
    int jobs;
    const char *function;  // It runs in place of main; NULL: main.
    const char *allow;     // Functions that are not refused; may be "".
    bool in_debugger;
};

// Reads the environment. A wrong value is told in a line, and ends the program
// with exit status 2.
struct settings settings_read(void);

// Ends the program with exit status 2 and this line.
_Noreturn void settings_refuse(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

// Prints the command that replays this seed.
void settings_print_replay(uint64_t seed, char **argv, bool in_debugger);

// ---- program.c ----

// Ends the program with exit status 2 if it uses what the simulator does not
// know: a function of a library, or a thread-local variable.
void program_check(const struct settings *settings);

// Is this name in the list of names and patterns?
bool program_allows(const char *allow, const char *name);

// The program's function of this name, which is not static; NULL if there is
// none.
void (*program_find(const char *name))(void);

// ---- run.c ----

// How a run ended, in memory that it shares with its parent.
struct outcome {
    bool has_message;
    char message[16 * 1024];  // Of the simulator.
    uint64_t hash;
};

struct program {
    int argc;
    char **argv;
    char **environment;
};

// Ends the program with exit status 2 if there is nothing to run.
void run_check(const struct settings *settings);

// Runs the program with this seed, as thread 0 of a simulation. Ends the
// process as the program ends, or with exit status 1 after a report.
//   outcome  NULL: reports go to stderr
_Noreturn void run(const struct settings *settings,
                   const struct program *program, uint64_t seed,
                   struct outcome *outcome);

// ---- search.c ----

// Runs all seeds, and prints what failed. Returns the exit status.
int search(const struct settings *settings, const struct program *program);

#endif
