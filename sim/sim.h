// The deterministic simulator: threads, locks, clocks and random numbers of
// one process, all decided by one seed, in virtual time.
//
// A program linked with it (sim/wrapped.h lists the functions that come from
// here then) runs as ever until somebody calls sim_start. One process runs one
// simulation; who wants many seeds forks a child for each.
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sim_policy {
    // At every scheduling point the next thread is drawn from all that can run.
    SIM_UNIFORM,
    // Of all that can run the one of highest priority does; priorities are
    // drawn, and change at few, drawn points (Burckhardt et al.: "A randomized
    // scheduler with probabilistic guarantees of finding bugs", ASPLOS 2010).
    SIM_PCT,
};

enum sim_back_end {
    SIM_FIBERS,      // All threads on one of the system's: fast.
    SIM_OS_THREADS,  // Each on its own, one at a time: for debuggers.
};

struct sim_options {
    uint64_t seed;
    enum sim_policy policy;
    enum sim_back_end back_end;

    // For SIM_PCT: bugs that take this many ordering constraints are looked
    // for; there are depth - 1 points of change in every `steps` scheduling
    // points. 0 stands for 3 and 1,000.
    int depth;
    int64_t steps;

    // A program that has not ended after so many virtual seconds is reported.
    // 0: it may go on for ever.
    int limit_s;

    // Reports say addresses in place of functions and lines, which take some
    // 10 ms to find.
    bool brief;

    // Stacks in reports leave out functions of sim/ and of this folder
    // ("glue/"); NULL: of sim/ alone.
    const char *hidden;
};

// Turns the calling thread, the only one of its process, into thread 0 of a
// new simulation.
void sim_start(const struct sim_options *options);

// Is a simulation under way?
bool sim_is_on(void);

// Ends the simulation. The calling thread, which must be thread 0, goes on in
// real time; nobody else ever runs again. Returns how many other threads had
// not ended; `text` (which may be NULL) then says who they are and where they
// stand.
int sim_finish(char *text, size_t size);

// A hash of the run so far: every scheduling decision, every time that was
// read, every random number. It depends on the seed and the program alone.
uint64_t sim_hash(void);

// Virtual nanoseconds since sim_start.
int64_t sim_now_ns(void);

// Scheduling points so far.
uint64_t sim_points(void);

// How many threads have been made and have not ended, the caller included.
int sim_thread_count(void);

// Describes all threads that have not ended: who they are, where they stand and
// what they wait for.
void sim_describe_threads(char *text, size_t size);

// Describes the longest time, 10 ms at least, for which a thread has waited for
// something else than a lock while it held one that it had locked inside a
// server's code (see below): who it is, which lock, and the calls that it was
// in. False if there is none, or if a report has ended the program.
bool sim_describe_wait_with_lock(char *text, size_t size);

// How many locks (mutexes, rwlocks, spin locks) the calling thread holds.
int sim_locks_held(void);

// Reports it if the calling thread, which is about to return from this
// function, holds more locks than `before`. What it took by a trylock does not
// count: a program may mean that to fail from then on.
void sim_check_locks(int before, const char *function);

// Waits until so many scheduling points have passed, whatever they are.
void sim_run_on(uint64_t points);

// ---- Servers, which others call, and which call others (server.c) ----

// One server under test from its start to its end: the threads that its own
// code has made, and the calls of the rest of the program into it.
struct sim_server;

// Makes a server, which lasts as long as the simulation. A server that starts
// again is another one, with the same number: reports have it, and the rate of
// its clock belongs to it.
struct sim_server *sim_server_make(int number);

// The server whose code the calling thread runs, or NULL.
struct sim_server *sim_server_inside(void);

// Runs run(arg) as a call from outside into the server's code. False if the
// server is dead, or dies before that returns. Without a server, or inside it
// already, it is a call like any other.
bool sim_server_run(struct sim_server *server, void (*run)(void *arg),
                    void *arg);

// The calling thread goes out of the server whose code it runs, to call
// something outside, and comes back. The first returns that server, or NULL.
// The second does not return if the server has died meanwhile.
struct sim_server *sim_server_go_out(void);
void sim_server_come_back(struct sim_server *to);

// Stops the server dead, at once: wherever in its code a thread of its own is,
// it never runs again. One that has called something outside, the network say,
// finishes that first. A thread of others that is in its code, or comes later,
// returns from it at once. What the server has locked stays locked, and its
// memory stays as it is; nobody frees it.
void sim_server_crash(struct sim_server *server);

// How many of its threads have not ended: after a crash, those that are still
// outside.
int sim_server_outside(struct sim_server *server);

// Freezes all threads that are in the server's code, or come into it, and lets
// them go on when so much time has passed. Its clock does not stop.
void sim_server_pause(struct sim_server *server, int64_t ns);
bool sim_server_is_paused(const struct sim_server *server);

// From now on the clocks of all servers of this number, and with them their
// sleeps and timed waits, go at this rate: 1000 is as time does, 1300 is 30%
// fast.
//   number  below SIM_MAX_RATES
#define SIM_MAX_RATES 1024
void sim_set_clock_rate(int number, int permille);

// What the simulator calls when the program is wrong (a deadlock, say): a
// message of one or more lines, no newline at the end. It must not return.
// Without one, the message goes to stderr and the process ends with _exit(1).
void sim_set_fail(void (*fail)(const char *message));

#endif
