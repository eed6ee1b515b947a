// Shared by the files that report a hang.
#ifndef TESTER_HANG_INTERNAL_H
#define TESTER_HANG_INTERNAL_H

#include "rt/symbols.h"
#include "tester/locks.h"
#include "tester/sentence.h"
#include "tester/threads.h"

#include <stdbool.h>

#define NO_THREAD (-1)

// Facts about a thread, found from the state of all threads.
struct role {
    const struct thread_seen *seen;
    struct lock_wait wait;
    int holder;            // It waits until this thread acts; or NO_THREAD.
    pid_t holder_tid;      // The same, which may have ended. 0: none.
    const void *taken_at;  // Place of the holder's lock call, if known.
    int program_frame;     // Innermost frame of the program under test; or -1.
    bool is_idle;          // It is an idle thread of a go_group.
    bool is_harness;       // Every frame with a source is the harness's.
    bool is_wanted;        // Another thread waits for it.
    bool is_told;
};

struct hang {
    struct symbols *symbols;
    const struct threads_seen *seen;
    int n;
    struct role *roles;
};

// ---- waits.c: which thread waits for which ----

// Fills the roles from `seen`.
void waits_find(struct hang *hang);

// The thread of this number; or NO_THREAD.
int waits_find_thread(const struct hang *hang, pid_t tid);

// The holder of a mutex, read from the mutex; 0 if it has none, or its memory
// is unmapped.
pid_t waits_read_owner(const void *mutex);

// ---- hang_frames.c: a thread's frames ----

// Frame k of a thread.
struct symbol hang_find_frame(const struct hang *hang,
                              const struct thread_seen *thread, int k);

// Is it one of the wrappers in tester/locked.c?
bool hang_is_wrapper(struct symbol symbol);

// Is the function's name fit for a report?
bool hang_has_name(struct symbol symbol);

// Adds "f (a.c:12)"; only the name of a library's function or a wrapper.
void hang_add_symbol(struct sentence *sentence, struct symbol symbol);

// Adds `before` and the place of a call's return address, if that is known (not
// NULL).
void hang_add_place(const struct hang *hang, struct sentence *sentence,
                    const char *before, const void *place);

// ---- stack_groups.c ----

// Prints all stacks, equal ones once.
void stack_groups_print(struct hang *hang);

#endif
