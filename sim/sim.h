// The deterministic simulator. One seed decides the schedule of a process's
// threads, and its locks, clocks and random numbers, in virtual time.
//
// A program is linked with it; sim/wrapped.h lists the functions that it
// replaces. The program runs as usual until sim_start. One process runs one
// simulation. To run many seeds, fork a child for each.
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "sim/program.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sim_back_end {
    SIM_FIBERS,      // All on one thread of the system: fast.
    SIM_OS_THREADS,  // Each on a thread of the system, one at a time: for
                     // debuggers.
};

struct tape;

struct sim_options {
    uint64_t seed;
    const char *policy;  // See sim_policy_is_known; NULL: "uniform".
    enum sim_back_end back_end;

    // Accesses of memory are scheduling points, too, in code that was compiled
    // with -fsanitize=thread. Atomic and volatile ones always; others always
    // without a lock, and at times with one. The thread's own stack is left out
    // (accesses.c). Without such code this does nothing.
    bool access_points;

    // A program that has not ended after so many virtual seconds is reported.
    // 0: it may go on for ever.
    int limit_s;

    // Reports have addresses in place of functions and lines. Finding those
    // takes some 10 ms.
    bool brief;

    // The tape that the run repeats, sorted: the seed then decides only what is
    // on no tape. NULL: none.
    const struct tape *repeated;
    // The tape that the run is written to; NULL: none.
    struct tape *written;
    // Gets, in the order of time, each draw that could be another one, in a run
    // that is written or repeats a tape. Its value is its bound: the draw is
    // below that. NULL: none.
    struct tape *asked;
    // Of a run with a tape: so many of 100 draws of the schedule, and so many
    // of those of sim_draw, are the calm one instead. So are all draws from the
    // first of these points up to the second.
    int calm_percent;
    int calm_draws_percent;
    uint64_t calm_from, calm_to;
    // Of a run with a tape: the program is reported at this point; 0: at none.
    uint64_t limit_points;

    // Stacks in reports leave out functions of sim/ and of this folder
    // ("glue/"); NULL: of sim/ alone; "": of no folder.
    const char *hidden;
};

// Is it the name of a policy, by which the next of several threads is chosen?
//   uniform  each is as likely as the others
//   pct:5    the one of the highest priority. Priorities are random, and change
//            at few, random points (policy_pct.c). It finds bugs of this depth
//            (number of ordering constraints), from 1 to 100. "pct" is "pct:3".
//   pos      the one whose next step has the highest priority, which is random
//            for each step (policy_pos.c)
bool sim_policy_is_known(const char *name);

// Is accesses.c linked, so that accesses of memory can be scheduling points?
// NULL if it is not.
bool sim_makes_access_points(void) __attribute__((weak));

// Between true and false, accesses of memory are no scheduling points: for a
// log that changes nothing in the run. The caller must not wait meanwhile.
void sim_hide_accesses(bool hide);

// Turns the calling thread, the only one of its process, into thread 0 of a
// new simulation.
void sim_start(const struct sim_options *options);

// Is a simulation under way?
bool sim_is_on(void);

// Ends the simulation. The calling thread, which must be thread 0, goes on in
// real time. The others never run again. Returns the number of others that had
// not ended.
//   text  gets a description of these; may be NULL
int sim_finish(char *text, size_t size);

// A hash of the run so far: every scheduling decision, every time that was
// read, every random number. It depends on the seed and the program alone.
uint64_t sim_hash(void);

// Describes the longest wait of a thread that held a lock. The thread must have
// locked it inside a server's code (see below). Only waits of at least 10 ms
// count, and no waits for locks. The text names the thread, the lock, and the
// calls that the thread was in. False if there was no such wait, or if a report
// has ended the program.
bool sim_describe_wait_with_lock(char *text, size_t size);

// Waits until so many scheduling points have passed.
void sim_run_on(uint64_t points);

// ---- Watching the threads of servers (watch.c) ----

enum sim_act_kind {
    SIM_TURN,  // The thread runs from now on, and the one before does not.
    SIM_WAITS,
    SIM_LOCKS,
    SIM_UNLOCKS,
};

#define SIM_MAX_CALLS 64

// An act of a thread.
struct sim_act {
    enum sim_act_kind kind;
    int thread;          // What gettid() returns to it.
    const char *name;    // Of the thread; valid until the callee returns.
    const void *runs;    // Its function, as a return address, if it has no name
                         // of its own but that of its maker; else NULL.
    int server;          // The one it belongs to, or is inside of; -1: none.
    const char *text;    // SIM_WAITS: for what: "to lock a mutex".
    const char *object;  // That it locks or waits for: "mutex"; NULL: none.
    const void *at;      // Its address.

    // SIM_WAITS.
    int holder;        // What gettid() returns to a thread that must act before
                       // the wait can end; 0: no particular one.
    bool has_limit;    // The wait ends at some time.
    int64_t since_ns;  // When it began.

    // The return addresses of the calls that it is in, the innermost first.
    const void *calls[SIM_MAX_CALLS];
    int n_calls;
};

// Calls see() for each thread that belongs to a server, or is inside of one,
// and waits.
void sim_see_waits(void (*see)(const struct sim_act *act));

// From now on see() is called when such a thread acts, on whatever thread the
// simulator runs. It must not call the simulator. Of a thread of no server the
// turn is told that follows one of a server's, and the wait that ends such a
// turn.
void sim_watch(void (*see)(const struct sim_act *act));

// ---- The tape of the run (tape.c) ----

// Called with what the program has drawn. Returns the draw that takes its
// place: the same, but for a run that repeats a tape. Without a tape, and
// outside of a simulation, it returns the draw.
//   kind   in words, up to 15 characters, of a literal
//   bound  the draw is below it. 0 must be the calmest draw.
uint64_t sim_draw(const char *kind, uint64_t bound, uint64_t draw);

// The same for a random number of the program. Each is as calm as the others.
//   bound  0: a number of 64 bits
uint64_t sim_tape_number(uint64_t number, uint64_t bound);

// While it is off, the program's random numbers are on no tape.
void sim_tape_switch(bool on);

// Called at the beginning of each round of a loop that has the same number of
// rounds in each run. If it returns false, the round must be left out: the
// repeated tape says so.
bool sim_tape_round(void);

// ---- Servers (life.c) ----

// One life of a server under test: the threads that its own code has made, and
// the calls of other threads into its code. Below, "the server" means one life
// of it, with the threads of that life alone.
struct sim_life;

// Makes a life, which exists as long as the simulation. A server that restarts
// has another one, with the same number. Reports show the number, and the
// clock's rate belongs to it.
struct sim_life *sim_life_make(int number);

// The life of the server whose code the calling thread runs, or NULL.
struct sim_life *sim_life_inside(void);

// Runs run(arg) as a call from outside into the server's code. False if the
// server has crashed, or crashes before the call returns. If `life` is NULL,
// or the caller is inside it already, this is an ordinary call.
bool sim_life_run(struct sim_life *life, void (*run)(void *arg), void *arg);

// Called before and after a call out of the server whose code the thread runs.
// The first returns its life, or NULL. The second does not return if the
// server has crashed meanwhile.
struct sim_life *sim_life_go_out(void);
void sim_life_come_back(struct sim_life *to);

// Crashes the server at once. A thread of its own never runs again; if it is in
// a call out of the server, to the network say, it finishes that first. Another
// thread that is in the server's code, or calls it later, returns from it at
// once. The server's locks stay locked, and its memory stays as it is.
void sim_life_crash(struct sim_life *life);

// The number of its threads that have not ended; after a crash, of those that
// are still in calls out of it.
int sim_life_outside(struct sim_life *life);

// Freezes all threads that are in the server's code, or come into it, for so
// much time. Its clock does not stop. When the pause ends, a thread of the
// simulator calls `resumed` with its argument, unless that is NULL.
void sim_life_pause(struct sim_life *life, int64_t ns, void (*resumed)(void *),
                    void *arg);
bool sim_life_is_paused(const struct sim_life *life);

// Sets the rate of the clocks of all servers of this number, and so of their
// sleeps and timed waits. 1000 is the true rate, 1300 is 30% fast.
//   number  below SIM_MAX_RATES
#define SIM_MAX_RATES 1024
void sim_set_clock_rate(int number, int permille);

// Sets the function that the simulator calls to report a bug of the program,
// such as a deadlock. The message has one or more lines, and no newline at the
// end. The function must not return. Without one, the message goes to stderr
// and the process ends with _exit(1).
void sim_set_fail(void (*fail)(const char *message));

#endif
