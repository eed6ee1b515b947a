// Notes of the locks that each thread holds and waits for, for the report of a
// hang. The wrappers in locked.c write them.
//
// A thread writes only its own notes, with plain stores, so a note costs next
// to nothing and takes no lock. A reader may see an old state while threads
// run; in a hang nothing changes.
#ifndef TESTER_LOCKS_H
#define TESTER_LOCKS_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

enum lock_kind { LOCK_MUTEX, LOCK_RWLOCK, LOCK_SPIN };

// The kinds of things that a thread waits for.
enum wait_kind {
    WAIT_FOR_NOTHING,
    WAIT_FOR_LOCK,
    WAIT_FOR_CONDITION,
    WAIT_FOR_SEMAPHORE,
    WAIT_FOR_THREAD,  // pthread_join
};

// A wait without a time limit.
struct lock_wait {
    enum wait_kind kind;
    enum lock_kind lock_kind;  // For a lock.
    const void *object;        // The lock, condition variable or semaphore.
    const void *mutex;         // For a condition variable: the mutex.
    pthread_t thread;          // The thread that it joins.
    const void *place;         // The call's return address.
};

struct lock_held {
    const void *lock;
    enum lock_kind kind;
    const void *place;  // The lock call's return address.
};

#define MAX_HELD 8  // A thread's further locks are not noted.

// The notes of one thread.
struct lock_notes {
    _Atomic pid_t tid;  // 0: unused.
    pthread_t thread;
    struct lock_wait wait;
    int n_held;
    struct lock_held held[MAX_HELD];
};

// Clears all notes. To be called in a new process: its one thread holds no
// lock.
void locks_forget(void);

// Note that the calling thread begins to wait, and that the wait has ended.
void locks_note_wait(struct lock_wait wait);
void locks_note_no_wait(void);

// Note that the calling thread has taken a lock, and that it has unlocked it. A
// wait has ended, too.
void locks_note_taken(enum lock_kind kind, const void *lock, const void *place);
void locks_note_released(const void *lock);

// The place where the calling thread took this lock; NULL if it is not noted.
const void *locks_place(const void *lock);

// Iterates over all notes, those of ended threads included. Begin with NULL;
// returns NULL at the end.
const struct lock_notes *locks_next(const struct lock_notes *notes);

#endif
