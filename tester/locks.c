// The notes are in static memory, because they are written under any lock,
// malloc's included. A thread has its own until it ends. If it ends with a lock
// held, they are kept for ever, for the report.
#include "tester/locks.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_NOTES 4096  // A test may not have so many threads at a time.

static struct lock_notes all[MAX_NOTES];
static atomic_uint next_place;

// The calling thread's notes; NULL before the first.
static __thread struct lock_notes *own;

// It has searched once, and there were none free.
static __thread bool has_none;

static bool is_free(const struct lock_notes *notes)
{
    pid_t tid = notes->tid;
    return tid == 0 ||
           (notes->n_held == 0 && syscall(SYS_tgkill, getpid(), tid, 0) != 0);
}

// Returns the calling thread's notes; NULL if there are none free. Keeps errno,
// which the search for ended threads sets.
static struct lock_notes *find_own(void)
{
    int saved_errno = errno;
    pid_t tid = (pid_t)syscall(SYS_gettid);
    for (int tried = 0; own == NULL && tried < MAX_NOTES; tried++) {
        struct lock_notes *notes = &all[next_place++ % MAX_NOTES];
        pid_t before = notes->tid;
        if (!is_free(notes) ||
            !atomic_compare_exchange_strong(&notes->tid, &before, tid))
            continue;
        notes->thread = pthread_self();
        notes->wait.kind = WAIT_FOR_NOTHING;
        notes->n_held = 0;
        own = notes;
    }
    has_none = own == NULL;
    errno = saved_errno;
    return own;
}

static inline struct lock_notes *find(void)
{
    return own != NULL || has_none ? own : find_own();
}

void locks_forget(void)
{
    memset(all, 0, sizeof all);
    own = NULL;
    has_none = false;
}

void locks_note_wait(struct lock_wait wait)
{
    struct lock_notes *notes = find();
    if (notes != NULL)
        notes->wait = wait;
}

void locks_note_no_wait(void)
{
    if (own != NULL)
        own->wait.kind = WAIT_FOR_NOTHING;
}

void locks_note_taken(enum lock_kind kind, const void *lock, const void *place)
{
    struct lock_notes *notes = find();
    if (notes == NULL)
        return;
    notes->wait.kind = WAIT_FOR_NOTHING;
    if (notes->n_held == MAX_HELD)
        return;
    notes->held[notes->n_held] = (struct lock_held){ lock, kind, place };
    notes->n_held++;
}

// Searches from the end: most often the lock taken last is unlocked first.
static int find_held(const struct lock_notes *notes, const void *lock)
{
    int k = notes == NULL ? -1 : notes->n_held - 1;
    while (k >= 0 && notes->held[k].lock != lock)
        k--;
    return k;
}

void locks_note_released(const void *lock)
{
    int k = find_held(own, lock);
    if (k < 0)
        return;
    own->n_held--;
    for (; k < own->n_held; k++)
        own->held[k] = own->held[k + 1];
}

const void *locks_place(const void *lock)
{
    int k = find_held(own, lock);
    return k < 0 ? NULL : own->held[k].place;
}

const struct lock_notes *locks_next(const struct lock_notes *notes)
{
    notes = notes == NULL ? all : notes + 1;
    while (notes < all + MAX_NOTES && notes->tid == 0)
        notes++;
    return notes < all + MAX_NOTES ? notes : NULL;
}
