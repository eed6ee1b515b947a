// The state of all threads of the process: their names, their stacks, whether
// they run. A thread can walk only its own stack, so each is sent a signal
// whose handler walks it.
//
// Used only when a test has failed: it is slow, and interrupts system calls. It
// takes no lock and allocates nothing, because a thread may have stopped inside
// malloc, or with a lock held.
#ifndef TESTER_THREADS_H
#define TESTER_THREADS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define MAX_SEEN   4096
#define MAX_FRAMES 40

struct thread_seen {
    pid_t tid;
    char name[16];
    double cpu_s;   // Used so far; below 0 if that is not known.
    bool runs;      // It ran while it was looked at, and did not wait.
    bool answered;  // It has walked its stack.
    bool waits_in_futex;
    uintptr_t futex;  // The address at which it waits then.
    int n_frames;
    void *frames[MAX_FRAMES];  // The first is where it is, then returns.
};

struct threads_seen {
    pid_t looker;  // The thread that looked, which is not among them.
    int n;
    int n_more;  // That found no place here.
    struct thread_seen all[MAX_SEEN];
};

// Readies the calling process; before anything goes wrong.
void threads_init(void);

// Calls visit(tid, arg) for each thread of the process; returns how many there
// are. visit may be NULL.
int threads_for_each(void (*visit)(pid_t tid, void *arg), void *arg);

// The name that debuggers show; "?" if there is none.
void threads_read_name(pid_t tid, char name[16]);

// Fills *seen with all threads but the calling one.
void threads_look(struct threads_seen *seen);

// Walks one thread's stack into frames, and returns how many there are; 0 if
// the stack is damaged, below 0 if the thread does not answer.
int threads_walk(pid_t tid, void *frames[MAX_FRAMES]);

// For a handler of crashes: if the calling thread walks its stack, and crashes
// because that is damaged, the walk ends here, and this does not return.
void threads_leave_walk(void);

#endif
