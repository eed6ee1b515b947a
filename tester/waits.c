// A mutex itself has its holder. A thread's notes (tester/locks.h) have the
// place where it was locked, and what the thread waits for. The report leaves
// out what is unknown.
#include "tester/frames.h"
#include "tester/hang_internal.h"

#include <stdint.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static void look_at_frames(struct hang *hang, struct role *role)
{
    bool in_harness = false;
    role->program_frame = -1;
    for (int k = 0; k < role->seen->n_frames; k++) {
        struct symbol symbol = hang_find_frame(hang, role->seen, k);
        if (symbol.file == NULL)
            continue;
        if (!frames_is_harness(symbol.file)) {
            role->program_frame = k;
            break;
        }
        in_harness = true;
        if (strcmp(symbol.file, "rt/go.c") == 0 &&
            strcmp(symbol.function, "wait_for_call") == 0)
            role->is_idle = true;
    }
    role->is_harness = in_harness && role->program_frame < 0;
    role->is_idle = role->is_idle && role->is_harness;
}

static struct lock_wait find_wait(const struct thread_seen *thread)
{
    const struct lock_notes *notes = NULL;
    while ((notes = locks_next(notes)) != NULL) {
        if (notes->tid == thread->tid && notes->wait.kind != WAIT_FOR_NOTHING)
            return notes->wait;
    }
    return (struct lock_wait){ .kind = WAIT_FOR_NOTHING };
}

static const struct lock_held *find_held(const struct lock_notes *notes,
                                         const void *lock)
{
    for (int k = 0; k < notes->n_held && k < MAX_HELD; k++) {
        if (notes->held[k].lock == lock)
            return &notes->held[k];
    }
    return NULL;
}

// The first thread that has noted to hold this lock; with `tid` only that one.
static const struct lock_notes *find_holder(const void *lock, pid_t tid)
{
    const struct lock_notes *notes = NULL;
    while ((notes = locks_next(notes)) != NULL) {
        if ((tid == 0 || notes->tid == tid) && find_held(notes, lock) != NULL)
            return notes;
    }
    return NULL;
}

pid_t waits_read_owner(const void *mutex)
{
    pthread_mutex_t copy;
    struct iovec to = { &copy, sizeof copy };
    struct iovec from = { (void *)mutex, sizeof copy };
    if (process_vm_readv(getpid(), &to, 1, &from, 1, 0) != sizeof copy)
        return 0;
    return copy.__data.__owner;
}

int waits_find_thread(const struct hang *hang, pid_t tid)
{
    for (int k = 0; k < hang->n; k++) {
        if (hang->roles[k].seen->tid == tid)
            return k;
    }
    return NO_THREAD;
}

// Does the thread really wait for this lock? A noted wait may not have begun,
// or may have ended. So the thread must have stood still in a futex call on the
// lock: a thread that gets the lock from time to time uses the processor. A
// thread that waits for a spin lock must run.
static bool is_in_wait(const struct role *role)
{
    static const size_t sizes[] = { [LOCK_MUTEX] = sizeof(pthread_mutex_t),
                                    [LOCK_RWLOCK] = sizeof(pthread_rwlock_t) };
    if (role->wait.lock_kind == LOCK_SPIN)
        return role->seen->runs;
    uintptr_t offset = role->seen->futex - (uintptr_t)role->wait.object;
    return role->seen->stood_still && role->seen->waits_in_futex &&
           offset < sizes[role->wait.lock_kind];
}

static void find_lock_holder(struct role *role)
{
    const void *lock = role->wait.object;
    bool is_mutex = role->wait.lock_kind == LOCK_MUTEX;
    pid_t tid = is_mutex ? waits_read_owner(lock) : 0;
    if (is_mutex && tid == 0)
        return;
    const struct lock_notes *holder = find_holder(lock, tid);
    if (holder != NULL) {
        tid = holder->tid;
        role->taken_at = find_held(holder, lock)->place;
    }
    // It may have taken the lock a moment ago, and not noted it yet.
    if (holder != NULL || tid != role->seen->tid)
        role->holder_tid = tid;
}

// A new thread may have the pthread_t of an ended one, whose notes may remain.
static void find_joined(const struct hang *hang, struct role *role)
{
    const struct lock_notes *notes = NULL;
    while ((notes = locks_next(notes)) != NULL) {
        if (pthread_equal(notes->thread, role->wait.thread) &&
            waits_find_thread(hang, notes->tid) != NO_THREAD)
            role->holder_tid = notes->tid;
    }
}

// A thread that was signalled waits for the condition's mutex: then that is
// what it waits for.
static void note_wait(struct role *role)
{
    role->wait = find_wait(role->seen);
    if (role->wait.kind == WAIT_FOR_CONDITION && role->seen->waits_in_futex &&
        role->seen->futex == (uintptr_t)role->wait.mutex) {
        role->wait.kind = WAIT_FOR_LOCK;
        role->wait.lock_kind = LOCK_MUTEX;
        role->wait.object = role->wait.mutex;
    }
}

static void find_holder_of(struct hang *hang, struct role *role)
{
    role->holder = NO_THREAD;
    if (role->wait.kind == WAIT_FOR_LOCK && is_in_wait(role))
        find_lock_holder(role);
    if (role->wait.kind == WAIT_FOR_THREAD)
        find_joined(hang, role);
    if (role->holder_tid != 0)
        role->holder = waits_find_thread(hang, role->holder_tid);
    if (role->holder != NO_THREAD)
        hang->roles[role->holder].is_wanted = true;
}

void waits_find(struct hang *hang)
{
    for (int k = 0; k < hang->n; k++) {
        struct role *role = &hang->roles[k];
        role->seen = &hang->seen->all[k];
        look_at_frames(hang, role);
        note_wait(role);
    }
    for (int k = 0; k < hang->n; k++)
        find_holder_of(hang, &hang->roles[k]);
}
