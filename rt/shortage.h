// Notes that the system refused a thread, memory, a process or a file. That is
// a limit of the machine, so a test that fails after it proves nothing. The
// first refusal of a process is noted, with the limit that was reached. The
// runner, its parent, reads the note.
//
// If the process itself holds too much, that is its own bug: the note then says
// how much it holds.
#ifndef RT_SHORTAGE_H
#define RT_SHORTAGE_H

#include <stdatomic.h>
#include <stddef.h>

// The kind of thing that was refused.
enum shortage_of {
    SHORTAGE_OF_THREADS,
    SHORTAGE_OF_PROCESSES,
    SHORTAGE_OF_MEMORY,
    SHORTAGE_OF_FILES,
};

enum shortage_state {
    NO_SHORTAGE = 0,
    SHORTAGE_BEING_NOTED,
    SHORTAGE_OF_HOST,   // The machine, or one of its limits, is too small.
    SHORTAGE_BY_ITSELF  // The process holds too much itself.
};

// One process's first shortage. All zero at first.
struct shortage {
    _Atomic int state;  // An enum shortage_state.
    char text[400];  // One line: what was refused, which limit was reached, and
                     // how to raise it.
};

// No right Raft needs more than this. A process that holds more holds too much.
// The most threads are those of a Raft with a thread for each RPC, in churn:
// its three clients give a leader that is cut off 300 commands a second, each
// is sent to 4 peers, and a call there lasts 3.5 s on average: 4,200. Each
// thread is two mappings.
#define SHORTAGE_MAX_THREADS  10000
#define SHORTAGE_MAX_MAPPINGS 40000
#define SHORTAGE_MAX_FILES    500
#define SHORTAGE_MAX_MB       2048

// Has the note written to *place from now on, which may be in memory shared
// with the parent. Before that it goes to memory of the process's own.
void shortage_note_at(struct shortage *place);

// Says that this process holds what it holds for others, which are watched
// themselves: no shortage is its own from now on.
void shortage_holds_for_others(void);

// Notes that `what` was refused. Only the first note counts. Any thread may
// call it, under any lock. It allocates nothing, and keeps errno.
//   error  the errno that says why
//   asked  bytes asked for, if `what` is memory; else 0
void shortage_note(enum shortage_of what, int error, size_t asked);

// Turns notes off: the test has failed already, and a refusal during its report
// does not explain the failure. Waits for a note that another thread has begun:
// that one may explain it.
void shortage_end_notes(void);

// Notes that `what` was refused, and ends the process, for the harness, which
// cannot go on. Writes the note's line to stderr. The exit status is
// EXIT_SHORTAGE; but a process that holds too much itself aborts, so that its
// stack is reported.
_Noreturn void shortage_exit(enum shortage_of what, int error, size_t asked);

#define EXIT_SHORTAGE 3  // The same as the runner's EXIT_INCONCLUSIVE.

// The note in memory of the process's own; NULL if there is none.
const char *shortage_text(void);

#endif
