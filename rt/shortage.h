// What the system could not give. A thread, memory or a file that cannot be had
// is a limit of the machine, so a test that fails after it proves nothing. The
// first that this process asked for in vain is noted here, with the limit that
// refused it; the runner, its parent, reads the note.
//
// A process that holds a great deal itself has no shortage, but a bug: the note
// then says how much it holds.
#ifndef RT_SHORTAGE_H
#define RT_SHORTAGE_H

#include <stdatomic.h>
#include <stddef.h>

// What was asked for.
enum shortage_of {
    SHORTAGE_OF_THREADS,
    SHORTAGE_OF_PROCESSES,
    SHORTAGE_OF_MEMORY,
    SHORTAGE_OF_FILES,
};

enum shortage_state {
    NO_SHORTAGE = 0,
    SHORTAGE_BEING_NOTED,
    SHORTAGE_OF_HOST,   // The machine, or a limit of it, is too small.
    SHORTAGE_BY_ITSELF  // The process holds too much.
};

// One process's first shortage. Zero is where it starts.
struct shortage {
    _Atomic int state;  // An enum shortage_state.
    char text[400];     // One line: what cannot be had, which limit it is, and
                        // how to raise it.
};

// More than a right Raft ever needs: a process that holds more than this has
// used the machine up itself.
#define SHORTAGE_MAX_THREADS  2000
#define SHORTAGE_MAX_MAPPINGS 8000
#define SHORTAGE_MAX_FILES    500
#define SHORTAGE_MAX_MB       2048

// Has shortages noted at *place from now on, such as in memory that is shared
// with the parent. Before that the process keeps its note to itself.
void shortage_note_at(struct shortage *place);

// Notes that `what` could not be had. Only the first note counts. Any thread
// may call it, under any lock; it allocates nothing, and keeps errno.
//   error  the errno that says why
//   asked  bytes asked for, if `what` is memory; else 0
void shortage_note(enum shortage_of what, int error, size_t asked);

// Notes nothing more: the test has failed already, and what its report lacks
// does not explain that. A note that another thread has begun explains it, and
// is waited for.
void shortage_end_notes(void);

// Notes it, and ends the process: the harness cannot go on without. Writes the
// note's line on stderr. The exit status is EXIT_SHORTAGE; a process that holds
// too much itself aborts instead, so that the place is found.
_Noreturn void shortage_exit(enum shortage_of what, int error, size_t asked);

#define EXIT_SHORTAGE 3  // The runner's EXIT_INCONCLUSIVE.

// The line of what this process has noted to itself; NULL if nothing.
const char *shortage_text(void);

#endif
