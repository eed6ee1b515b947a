// The report is made from the notes of locks, the locks themselves and the
// system. It leaves out what these do not tell: nothing is guessed.
#include "tester/hang.h"

#include "rt/alloc.h"
#include "tester/hang_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TOLD    5   // Causes.
#define MAX_CIRCLE  4   // Threads of a circle that a sentence names.
#define MAX_DETAILS 20  // Threads of a circle that have a line each.
#define CPU_TOLD_S  1.0

// ---- Sentences ----

static const char *lock_name(const struct role *role)
{
    static const char *const names[] = { [LOCK_MUTEX] = "mutex",
                                         [LOCK_RWLOCK] = "read-write lock",
                                         [LOCK_SPIN] = "spin lock" };
    return names[role->wait.lock_kind];
}

static void add_name(const struct hang *hang, struct sentence *sentence, int k)
{
    const struct thread_seen *thread = hang->roles[k].seen;
    int n_alike = 0;
    for (int other = 0; other < hang->n; other++)
        n_alike += strcmp(hang->roles[other].seen->name, thread->name) == 0;
    sentence_add(sentence, "\"%s\"", thread->name);
    if (n_alike > 1)
        sentence_add(sentence, " (thread %d)", (int)thread->tid);
}

// Adds the place where the program waits, maybe inside a function that it
// called.
static void add_where(struct hang *hang, struct sentence *sentence,
                      const char *before, const struct role *role)
{
    if (role->program_frame < 0) {
        hang_add_place(hang, sentence, before, role->wait.place);
        return;
    }
    sentence_add(sentence, "%s", before);
    hang_add_symbol(sentence,
                    hang_find_frame(hang, role->seen, role->program_frame));
}

// "waits in g (a.c:12) for the mutex that "S0 ticker" took in f (a.c:3)"
static void add_wait(struct hang *hang, struct sentence *sentence,
                     const struct role *role)
{
    sentence_add(sentence, "waits");
    add_where(hang, sentence, " in ", role);
    sentence_add(sentence, " for ");
    if (role->wait.kind == WAIT_FOR_THREAD) {
        add_name(hang, sentence, role->holder);
        sentence_add(sentence, " to end");
        return;
    }
    sentence_add(sentence, "the %s that ", lock_name(role));
    if (role->holder != NO_THREAD)
        add_name(hang, sentence, role->holder);
    else
        sentence_add(sentence, "thread %d", (int)role->holder_tid);
    if (role->taken_at == NULL)
        sentence_add(sentence, " holds");
    hang_add_place(hang, sentence, " took in ", role->taken_at);
}

// Adds what the innermost function of the program does: "it is in sleep_ms,
// called by ".
static void add_called(struct hang *hang, struct sentence *sentence,
                       const struct role *role)
{
    for (int k = role->program_frame - 1; k >= 0; k--) {
        struct symbol symbol = hang_find_frame(hang, role->seen, k);
        bool is_wrapper = hang_is_wrapper(symbol);
        if (!hang_has_name(symbol) && !is_wrapper)
            continue;
        if (is_wrapper && role->wait.kind == WAIT_FOR_CONDITION) {
            sentence_add(sentence, "it waits on a condition variable in ");
            return;
        }
        symbol.file = NULL;
        sentence_add(sentence, "it is in ");
        hang_add_symbol(sentence, symbol);
        sentence_add(sentence, ", called by ");
        return;
    }
    sentence_add(sentence, "it is in ");
}

// Adds what the thread does: "runs in f (a.c:3)", "is in sleep_ms, called by
// ...".
static void add_doing(struct hang *hang, struct sentence *sentence,
                      const struct role *role)
{
    const struct thread_seen *seen = role->seen;
    if (role->is_idle) {
        sentence_add(sentence,
                     "its function has returned without giving it back");
        return;
    }
    if (!seen->answered || seen->n_frames == 0) {
        sentence_add(sentence, "where it is cannot be told");
        return;
    }
    int k = role->program_frame >= 0 ? role->program_frame : 0;
    if (seen->runs)
        sentence_add(sentence, "it runs in ");
    else
        add_called(hang, sentence, role);
    hang_add_symbol(sentence, hang_find_frame(hang, seen, k));
}

// ---- Causes ----

// The number of causes reported, and the first of them.
struct causes {
    int n;
    struct sentence first;
};

static void tell_cause(struct causes *causes, const struct sentence *sentence)
{
    if (causes->n++ == 0)
        causes->first = *sentence;
    if (causes->n <= MAX_TOLD)
        sentence_print(sentence->text, 0);
}

static int next_of(const struct hang *hang, int k)
{
    return k == NO_THREAD ? NO_THREAD : hang->roles[k].holder;
}

// The number of threads in a circle that this one is in; 0 if it is in none.
static int circle_size(const struct hang *hang, int first)
{
    int k = first;
    for (int n = 1; n <= hang->n; n++) {
        k = next_of(hang, k);
        if (k == NO_THREAD)
            return 0;
        if (k == first)
            return n;
    }
    return 0;
}

static void add_self(struct hang *hang, struct sentence *sentence, int k)
{
    const struct role *role = &hang->roles[k];
    sentence_add(sentence, "deadlock: ");
    add_name(hang, sentence, k);
    if (role->wait.kind == WAIT_FOR_THREAD) {
        sentence_add(sentence, " waits for its own end");
        return;
    }
    sentence_add(sentence, " waits for a %s that it holds itself",
                 lock_name(role));
    hang_add_place(hang, sentence, ": taken in ", role->taken_at);
    add_where(hang, sentence,
              role->taken_at != NULL ? ", wanted again in " : ", in ", role);
}

static void add_circle(struct hang *hang, struct sentence *sentence, int first,
                       int n)
{
    if (n > MAX_CIRCLE) {
        sentence_add(
            sentence,
            "deadlock: %d threads wait for each other in a circle: ", n);
        add_name(hang, sentence, first);
        sentence_add(sentence, " and others");
        return;
    }
    sentence_add(sentence, "deadlock: ");
    int k = first;
    for (int told = 0; told < n; told++) {
        sentence_add(sentence, "%s", told > 0 ? ", " : "");
        add_name(hang, sentence, k);
        sentence_add(sentence, told == 0 ? " waits for " : " for ");
        k = hang->roles[k].holder;
        add_name(hang, sentence, k);
    }
}

static void tell_circle(struct hang *hang, struct causes *causes, int first,
                        int n)
{
    struct sentence sentence = { .length = 0 };
    if (n == 1)
        add_self(hang, &sentence, first);
    else
        add_circle(hang, &sentence, first, n);
    tell_cause(causes, &sentence);
    int k = first;
    for (int told = 0; told < n; told++) {
        struct role *role = &hang->roles[k];
        role->is_told = true;
        if (n > 1 && causes->n <= MAX_TOLD && told < MAX_DETAILS) {
            struct sentence detail = { .length = 0 };
            add_name(hang, &detail, k);
            sentence_add(&detail, " ");
            add_wait(hang, &detail, role);
            sentence_print(detail.text, 2);
        }
        k = role->holder;
    }
}

static void tell_circles(struct hang *hang, struct causes *causes)
{
    for (int k = 0; k < hang->n; k++) {
        int n = hang->roles[k].is_told ? 0 : circle_size(hang, k);
        if (n > 0)
            tell_circle(hang, causes, k, n);
    }
}

// Do both wait for the same object?
static bool wait_alike(const struct role *a, const struct role *b)
{
    return a->holder_tid == b->holder_tid && a->wait.kind == b->wait.kind &&
           a->wait.object == b->wait.object;
}

// The number of threads that wait, directly or by way of others, for what this
// one waits for.
static int count_behind(const struct hang *hang, const struct role *role)
{
    int n = 0;
    for (int k = 0; k < hang->n; k++) {
        int at = k;
        for (int steps = 0; steps <= hang->n && at != NO_THREAD; steps++) {
            if (wait_alike(&hang->roles[at], role)) {
                n++;
                break;
            }
            at = hang->roles[at].holder;
        }
    }
    return n;
}

static int count_alike(const struct hang *hang, const struct role *role)
{
    int n = 0;
    for (int k = 0; k < hang->n; k++)
        n += wait_alike(&hang->roles[k], role);
    return n;
}

static void add_lock_holder(struct hang *hang, struct sentence *sentence,
                            const struct role *role)
{
    bool is_there = role->holder != NO_THREAD;
    sentence_add(sentence, "for the %s that ", lock_name(role));
    if (is_there)
        add_name(hang, sentence, role->holder);
    else
        sentence_add(sentence, "thread %d", (int)role->holder_tid);
    if (role->taken_at == NULL)
        sentence_add(sentence, " holds");
    hang_add_place(hang, sentence, " took in ", role->taken_at);
    sentence_add(sentence, "; ");
    if (is_there)
        add_doing(hang, sentence, &hang->roles[role->holder]);
    else if (role->taken_at != NULL)
        sentence_add(sentence, "it has ended without giving it back");
    else
        sentence_add(sentence,
                     "there is no such thread: it has ended, or the %s has "
                     "been overwritten",
                     lock_name(role));
}

// Reports a lock, or a thread, for which this one and others wait, and which
// itself waits for no thread.
static void tell_root(struct hang *hang, struct causes *causes, int k)
{
    const struct role *role = &hang->roles[k];
    int alike = count_alike(hang, role);
    int behind = count_behind(hang, role) - alike;
    struct sentence sentence = { .length = 0 };
    if (alike == 1)
        add_name(hang, &sentence, k);
    else
        sentence_add(&sentence, "%d threads", alike);
    sentence_add(&sentence, alike == 1 ? " waits " : " wait ");
    if (role->wait.kind == WAIT_FOR_THREAD) {
        sentence_add(&sentence, "for ");
        add_name(hang, &sentence, role->holder);
        sentence_add(&sentence, " to end; ");
        add_doing(hang, &sentence, &hang->roles[role->holder]);
    } else {
        add_lock_holder(hang, &sentence, role);
    }
    if (behind > 0)
        sentence_add(&sentence, "; %d more wait%s for %s", behind,
                     behind == 1 ? "s" : "", alike == 1 ? "that one" : "those");
    tell_cause(causes, &sentence);
    for (int other = 0; other < hang->n; other++) {
        if (wait_alike(&hang->roles[other], role))
            hang->roles[other].is_told = true;
    }
}

// Does it wait for a thread that does not wait itself?
static bool is_root(const struct hang *hang, const struct role *role)
{
    return !role->is_told && role->holder_tid != 0 &&
           (role->holder == NO_THREAD ||
            hang->roles[role->holder].holder_tid == 0);
}

// Reports these, first those for which most threads wait.
static void tell_roots(struct hang *hang, struct causes *causes)
{
    for (;;) {
        int most = 0, best = NO_THREAD;
        for (int k = 0; k < hang->n; k++) {
            const struct role *role = &hang->roles[k];
            int n = is_root(hang, role) ? count_behind(hang, role) : 0;
            if (n > most) {
                most = n;
                best = k;
            }
        }
        if (best == NO_THREAD)
            return;
        tell_root(hang, causes, best);
    }
}

static bool is_waited_for(const struct hang *hang, const void *lock)
{
    for (int k = 0; k < hang->n; k++) {
        if (hang->roles[k].holder_tid != 0 &&
            hang->roles[k].wait.object == lock)
            return true;
    }
    return false;
}

// Reports mutexes without waiters whose holders can never unlock them.
static void tell_lost(struct hang *hang, struct causes *causes)
{
    const struct lock_notes *notes = NULL;
    while ((notes = locks_next(notes)) != NULL) {
        int thread = waits_find_thread(hang, notes->tid);
        bool has_ended = thread == NO_THREAD && hang->seen->n_more == 0 &&
                         notes->tid != hang->seen->looker;
        bool is_lost =
            has_ended || (thread != NO_THREAD && hang->roles[thread].is_idle);
        for (int k = 0; is_lost && k < notes->n_held && k < MAX_HELD; k++) {
            const struct lock_held *held = &notes->held[k];
            if (held->kind != LOCK_MUTEX || is_waited_for(hang, held->lock) ||
                waits_read_owner(held->lock) != notes->tid)
                continue;
            struct sentence sentence = { .length = 0 };
            sentence_add(&sentence, "a mutex taken");
            hang_add_place(hang, &sentence, " in ", held->place);
            sentence_add(&sentence, " was never given back: the %s",
                         has_ended ? "thread has ended"
                                   : "function has returned");
            tell_cause(causes, &sentence);
        }
    }
}

// Reports running threads of the program that no thread waits for.
static void tell_running(struct hang *hang, struct causes *causes)
{
    for (int k = 0; k < hang->n; k++) {
        const struct role *role = &hang->roles[k];
        if (!role->seen->runs || role->is_wanted || role->is_harness ||
            role->holder_tid != 0 || role->seen->cpu_s < CPU_TOLD_S)
            continue;
        struct sentence sentence = { .length = 0 };
        add_name(hang, &sentence, k);
        sentence_add(&sentence, " has used the processor for %.1f s; ",
                     role->seen->cpu_s);
        add_doing(hang, &sentence, role);
        tell_cause(causes, &sentence);
    }
}

static void tell_causes(struct hang *hang, char *cause, size_t size)
{
    struct causes causes = { .n = 0 };
    tell_circles(hang, &causes);
    tell_roots(hang, &causes);
    tell_lost(hang, &causes);
    tell_running(hang, &causes);
    if (causes.n > MAX_TOLD) {
        struct sentence more = { .length = 0 };
        sentence_add(&more, "and %d more such", causes.n - MAX_TOLD);
        sentence_print(more.text, 0);
    }
    snprintf(cause, size, "%s", causes.first.text);
}

void hang_report(const struct threads_seen *seen, char *cause, size_t size)
{
    struct hang hang = { .symbols = symbols_open(),
                         .seen = seen,
                         .n = seen->n };
    hang.roles = alloc((size_t)seen->n * sizeof *hang.roles + 1);
    waits_find(&hang);
    tell_causes(&hang, cause, size);
    stack_groups_print(&hang);
    symbols_close(hang.symbols);
    free(hang.roles);
}
