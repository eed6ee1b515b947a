// The state of all threads of the process: their names, their stacks, whether
// they run. A thread can walk only its own stack, so each is sent a signal
// whose handler walks it.
//
// Stacks are walked only when a test has failed: a walk is slow, and interrupts
// system calls. A walk takes no lock and allocates nothing, because a thread
// may have stopped inside malloc, or with a lock held.
#ifndef TESTER_THREADS_H
#define TESTER_THREADS_H

#include "tester/frames.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define MAX_SEEN 4096

struct thread_seen {
    pid_t tid;
    char name[16];
    double cpu_s;      // Processor time used; below 0 if unknown.
    bool runs;         // It ran during the measurement, and did not wait.
    bool stood_still;  // It used no processor time in the measurement.
    bool answered;     // It has walked its stack.
    bool waits_in_futex;
    uintptr_t futex;  // The address at which it waits then.
    int n_frames;
    void *frames[MAX_FRAMES];  // Its program counter, then return addresses.
};

struct threads_seen {
    pid_t looker;  // The thread that called threads_look; not among them.
    int n;
    int n_more;  // Threads for which there was no room here.
    struct thread_seen all[MAX_SEEN];
};

// Prepares the process. To be called before the test starts.
void threads_init(void);

// Calls visit(tid, arg) for each thread of the process; visit may be NULL.
// Returns their number; -1, with errno set, if they cannot be listed.
int threads_for_each(void (*visit)(pid_t tid, void *arg), void *arg);

// The name that debuggers show; "?" if there is none.
void threads_read_name(pid_t tid, char name[16]);

// Fills *seen with all threads but the calling one.
void threads_look(struct threads_seen *seen);

// Walks one thread's stack. Returns the number of frames; 0 if the stack is
// damaged; below 0 if the thread does not answer.
int threads_walk(pid_t tid, void *frames[MAX_FRAMES]);

// Called by the handler of crashes. If the thread crashed while it walked its
// own, damaged stack, this ends the walk and does not return.
void threads_leave_walk(void);

#endif
