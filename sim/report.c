// The reports about bugs of the program: one message that names the threads,
// and the places where they are.
//
// Stacks are walked by frame pointers, which exist in code compiled with
// -fno-omit-frame-pointer. A library's frame may end the walk.
#include "sim/internal.h"
#include "sim/real.h"

#include "rt/symbols.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAX_SHOWN   5    // Calls of one stack that are shown.
#define MAX_THREADS 200  // Threads that are listed.

// A message that is being written. Its end is left out if it does not fit.
struct message {
    char *text;
    size_t size;
    size_t length;
    struct symbols *symbols;
};

static char report_text[32 * 1024];

static struct message begin_message(char *text, size_t size)
{
    text[0] = '\0';
    return (struct message){ text, size, 0, sim_symbols() };
}

static void add_list(struct message *message, const char *format, va_list args)
{
    int n = vsnprintf(message->text + message->length,
                      message->size - message->length, format, args);
    if (n > 0)
        message->length += (size_t)n;
    if (message->length >= message->size)
        message->length = message->size - 1;
}

__attribute__((format(printf, 2, 3))) static void add(struct message *message,
                                                      const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_list(message, format, args);
    va_end(args);
}

_Noreturn static void end_message(struct message *message)
{
    sim_fail(message->text);
}

// ---- Places and stacks ----

static void add_place(struct message *message, const void *place)
{
    struct symbol symbol = symbols_find(message->symbols, place);
    if (message->symbols == NULL)
        add(message, "%p", place);
    else if (symbol.file != NULL)
        add(message, "%s (%s:%d)", symbol.function, symbol.file, symbol.line);
    else
        add(message, "%s", symbol.function);
}

bool sim_stack_bounds(const struct sim_thread *thread, const char **low,
                      const char **high)
{
    void *stack = thread->fiber.stack;
    size_t size = thread->fiber.size;
    if (stack == NULL) {
        pthread_attr_t attributes;
        if (__real_pthread_getattr_np(__real_pthread_self(), &attributes) != 0)
            return false;
        pthread_attr_getstack(&attributes, &stack, &size);
        pthread_attr_destroy(&attributes);
    }
    *low = stack;
    *high = *low + size;
    return true;
}

int sim_walk(const struct sim_thread *thread, const void *frame,
             const void **places)
{
    const char *low, *high;
    int n = 0;
    if (!sim_stack_bounds(thread, &low, &high))
        return 0;
    while (n < SIM_MAX_CALLS) {
        const char *at = frame;
        if (at < low || at + 2 * sizeof(void *) > high ||
            (uintptr_t)at % sizeof(void *) != 0)
            break;
        const void *const *saved = frame;
        if (saved[1] == NULL)
            break;
        places[n++] = saved[1];
        if ((const char *)saved[0] <= at)
            break;
        frame = saved[0];
    }
    return n;
}

static bool is_in(const struct symbol *symbol, const char *folder)
{
    return strncmp(symbol->file, folder, strlen(folder)) == 0;
}

static bool is_ours(const struct symbol *symbol)
{
    if (sim.hidden == NULL)
        return is_in(symbol, "sim/");
    return sim.hidden[0] != '\0' &&
           (is_in(symbol, "sim/") || is_in(symbol, sim.hidden));
}

// Adds these calls, the innermost first. Skips those up to and including
// `last_skipped`, if that is one of them.
static void add_calls(struct message *message, const void *const *places, int n,
                      const void *last_skipped)
{
    int first = 0;
    for (int k = 0; k < n; k++) {
        if (places[k] == last_skipped)
            first = k + 1;
    }
    int shown = first > 0;
    for (int k = first; k < n && shown < MAX_SHOWN; k++) {
        struct symbol symbol = symbols_find(message->symbols, places[k]);
        if (symbol.file == NULL || is_ours(&symbol))
            continue;
        add(message, "%s%s (%s:%d)", shown == 0 ? "\n    in " : "\n    from ",
            symbol.function, symbol.file, symbol.line);
        shown++;
    }
}

// Adds the calls that the thread is in. See add_calls.
static void add_stack(struct message *message, const struct sim_thread *thread,
                      const void *frame, const void *last_skipped)
{
    const void *places[SIM_MAX_CALLS];
    int n = sim_walk(thread, frame, places);
    add_calls(message, places, n, last_skipped);
}

// ---- Threads ----

static void add_holder(struct message *message, const struct sim_holder *holder)
{
    if (holder->since == NULL) {
        add(message, ": %s", sim_who(holder->number).text);
        return;
    }
    add(message, ", held by %s since ", sim_who(holder->number).text);
    add_place(message, holder->since);
}

// Names one holder: `wanted` if it is among them, else the first.
static void add_holders(struct message *message,
                        const struct sim_thread *thread,
                        const struct sim_thread *wanted)
{
    struct sim_holder holder = { 0 }, shown = { 0 };
    int n = 0;
    while (thread->reason->next_holder(thread->object, &holder)) {
        if (n++ == 0 || (wanted != NULL && holder.number == wanted->number))
            shown = holder;
    }
    if (n > 0)
        add_holder(message, &shown);
    if (n > 1)
        add(message, " (and by %d more)", n - 1);
}

//   circle  the thread that it waits for, if it is one of a circle; or NULL
static void add_thread(struct message *message, const struct sim_thread *thread,
                       const struct sim_thread *circle)
{
    add(message, "\n  %s", sim_who(thread->number).text);
    const struct sim_reason *reason = thread->reason;
    if (reason == NULL) {
        add(message, thread == sim.self ? " runs" : " could run");
    } else {
        add(message, " waits %s", reason->text);
        if (reason->next_holder != NULL)
            add_holders(message, thread, circle);
    }
    add_stack(message, thread,
              thread == sim.self ? __builtin_frame_address(0)
                                 : thread->fiber.frame,
              NULL);
}

static void add_all_threads(struct message *message)
{
    int listed = 0;
    for (int number = 0; number < sim.n_threads_ever; number++) {
        const struct sim_thread *thread = sim_thread_of_number(number);
        if (thread == NULL || thread->stopped)
            continue;
        if (++listed > MAX_THREADS) {
            add(message, "\n  and %d more", sim.n_alive - MAX_THREADS);
            break;
        }
        add_thread(message, thread, NULL);
    }
}

void sim_describe_threads(char *text, size_t size)
{
    struct message message = begin_message(text, size);
    add_all_threads(&message);
}

// ---- Deadlock ----

// Does the thread wait, without a time limit, until another thread acts?
static bool is_stuck(const struct sim_thread *thread)
{
    return thread->reason != NULL && thread->reason->next_holder != NULL &&
           thread->timer.queue == NULL && !sim_is_runnable(thread) &&
           !thread->is_ready;
}

// Searches breadth first, from each thread to those that it waits for. Returns
// the last thread of a shortest circle that begins with this one; or NULL.
// `found_from` leads from the last back to the first.
static const struct sim_thread *find_circle(struct sim_thread *first)
{
    static uint64_t search;
    search++;
    first->next_found = NULL;
    struct sim_thread *last_found = first;
    for (struct sim_thread *at = first; at != NULL; at = at->next_found) {
        struct sim_holder holder = { 0 };
        while (is_stuck(at) && at->reason->next_holder(at->object, &holder)) {
            struct sim_thread *next = sim_thread_of_number(holder.number);
            if (next == first)
                return at;
            if (next == NULL || next->search == search)
                continue;
            next->search = search;
            next->found_from = at;
            next->next_found = NULL;
            last_found->next_found = next;
            last_found = next;
        }
    }
    return NULL;
}

_Noreturn static void report_circle(const struct sim_thread *first,
                                    const struct sim_thread *last)
{
    int n = 1;
    for (const struct sim_thread *at = last; at != first; at = at->found_from)
        n++;
    struct message message = begin_message(report_text, sizeof report_text);
    add(&message, "deadlock: %d threads wait for each other", n);
    // The first thread, then the one that it waits for, and so on.
    const struct sim_thread *next = first;
    do {
        const struct sim_thread *at = last;
        while (at != first && at->found_from != next)
            at = at->found_from;
        add_thread(&message, next, at);
        next = at;
    } while (next != first);
    end_message(&message);
}

void sim_check_circle(struct sim_thread *thread)
{
    const struct sim_thread *last = find_circle(thread);
    if (last != NULL)
        report_circle(thread, last);
}

void sim_report_limit(void)
{
    struct message message = begin_message(report_text, sizeof report_text);
    add(&message,
        "the program has not ended within its limit of %lld virtual "
        "seconds",
        (long long)(sim.limit_ns / NS_PER_S));
    add_all_threads(&message);
    end_message(&message);
}

void sim_report_deadlock(void)
{
    struct message message = begin_message(report_text, sizeof report_text);
    add(&message, "deadlock: every thread waits, and nothing is left that "
                  "could wake one");
    add_all_threads(&message);
    end_message(&message);
}

void sim_report_self_deadlock(const char *what, const void *since,
                              const void *place)
{
    struct message message = begin_message(report_text, sizeof report_text);
    add(&message, "deadlock: %s locks %s in ", sim_who(sim.self->number).text,
        what);
    add_place(&message, place);
    add(&message, ", but holds it already, since ");
    add_place(&message, since);
    add_stack(&message, sim.self, __builtin_frame_address(0), place);
    end_message(&message);
}

// ---- Locks that are held while a thread waits ----

// A shorter wait explains nothing: elections and heartbeats take more.
#define LONG_NS INT64_C(10000000)

// The longest wait, for something else than a lock, of a thread that held a
// lock of a server's code.
static struct {
    int64_t ns;
    struct sim_thread thread;  // As it was then.
    const char *reason;
    struct sim_hold lock;
    const void *calls[SIM_MAX_CALLS];
    int n_calls;
} longest;

// The newest lock that the thread has locked in a server's code; NULL: none.
static const struct sim_hold *server_lock(const struct sim_thread *thread)
{
    const struct sim_hold *hold = thread->holds;
    while (hold != NULL && hold->life == NULL)
        hold = hold->next;
    return hold;
}

static void consider(const struct sim_thread *thread,
                     const struct sim_reason *reason, const void *frame)
{
    int64_t ns = sim.now_ns - thread->wait_began_ns;
    const struct sim_hold *lock = server_lock(thread);
    if (lock == NULL || ns < LONG_NS || ns <= longest.ns)
        return;
    longest.ns = ns;
    sim_hide_begin();  // The copy may be made by memcpy.
    longest.thread = *thread;
    sim_hide_end();
    longest.reason = reason->text;
    longest.lock = *lock;
    longest.n_calls = sim_walk(thread, frame, longest.calls);
}

void sim_note_wait_with_lock(const struct sim_reason *reason)
{
    consider(sim.self, reason, __builtin_frame_address(0));
}

// Those that have not ended yet.
static void consider_all(void)
{
    for (int slot = 0; slot < sim.n_slots; slot++) {
        const struct sim_thread *thread = sim_thread_at(slot);
        if (thread->id != 0 && !thread->ended && thread->reason != NULL &&
            thread->reason->is_long)
            consider(thread, thread->reason, thread->fiber.frame);
    }
}

bool sim_describe_wait_with_lock(char *text, size_t size)
{
    if (!sim.on || sim.has_failed)
        return false;
    consider_all();
    if (longest.ns == 0)
        return false;
    struct message message = begin_message(text, size);
    add(&message, "%s waited %.2f s %s, with %s held since ",
        sim_who_is(&longest.thread).text, (double)longest.ns / NS_PER_S,
        longest.reason, longest.lock.what);
    add_place(&message, longest.lock.place);
    add_calls(&message, longest.calls, longest.n_calls, NULL);
    return true;
}

void sim_report_kept(const char *function, const struct sim_hold *hold)
{
    struct message message = begin_message(report_text, sizeof report_text);
    add(&message, "%s returns from %s and still holds %s, since ",
        sim_who(sim.self->number).text, function, hold->what);
    add_place(&message, hold->place);
    end_message(&message);
}

// ---- Misuse ----

void sim_misuse(const void *place, const char *format, ...)
{
    struct message message = begin_message(report_text, sizeof report_text);
    add(&message, "%s ", sim_who(sim.self->number).text);
    va_list args;
    va_start(args, format);
    add_list(&message, format, args);
    va_end(args);
    add(&message, ", in ");
    add_place(&message, place);
    add_stack(&message, sim.self, __builtin_frame_address(0), place);
    end_message(&message);
}

// Finding symbols allocates. That may hang if the signal interrupted an
// allocation; then a message without symbols is given after this time.
#define SYMBOLS_LIMIT_S 5

static char report_without_place[200];

static void give_up(int number)
{
    (void)number;
    sim_fail(report_without_place);
}

void sim_report_here(const char *sentence, const void *pc, const void *frame)
{
    snprintf(report_without_place, sizeof report_without_place, "%s %s",
             sim_who_am_i().text, sentence);
    __real_signal(SIGALRM, give_up);
    alarm(SYMBOLS_LIMIT_S);

    struct message message = begin_message(report_text, sizeof report_text);
    add(&message, "%s %s", sim_who(sim.self->number).text, sentence);
    struct symbol symbol = symbols_find(message.symbols, (const char *)pc + 1);
    if (symbol.file == NULL || !is_ours(&symbol)) {
        add(&message, ", in ");
        add_place(&message, (const char *)pc + 1);
    }
    add_stack(&message, sim.self, frame, NULL);
    alarm(0);
    end_message(&message);
}
