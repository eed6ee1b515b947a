#include "tester/hang_internal.h"

#include "rt/alloc.h"

#include <stdlib.h>
#include <string.h>

#define MAX_STACKS 30
#define MAX_NAMES  4  // Of the threads with one stack.

static bool is_left_out(const struct role *role)
{
    return role->is_harness && !role->is_wanted && role->holder_tid == 0 &&
           !role->seen->runs;
}

static bool has_same_stack(const struct role *a, const struct role *b)
{
    return a->seen->answered == b->seen->answered &&
           a->seen->n_frames == b->seen->n_frames &&
           memcmp(a->seen->frames, b->seen->frames,
                  (size_t)a->seen->n_frames * sizeof *a->seen->frames) == 0;
}

// Threads with one stack: the first of them, and how many.
struct group {
    int first;
    int n;
};

static int compare_groups(const void *a, const void *b)
{
    const struct group *one = a, *other = b;
    return one->n != other->n ? other->n - one->n : one->first - other->first;
}

// The first threads' names, each with its number of threads.
static void add_names(const struct hang *hang, struct sentence *sentence,
                      struct group group)
{
    const char *told[MAX_NAMES];
    int n_told = 0, n_named = 0;
    for (int k = group.first; k < hang->n && n_told < MAX_NAMES; k++) {
        const char *name = hang->roles[k].seen->name;
        bool is_new =
            has_same_stack(&hang->roles[k], &hang->roles[group.first]);
        for (int t = 0; t < n_told; t++)
            is_new = is_new && strcmp(told[t], name) != 0;
        if (!is_new)
            continue;
        int alike = 0;
        for (int other = k; other < hang->n; other++)
            alike += strcmp(hang->roles[other].seen->name, name) == 0 &&
                     has_same_stack(&hang->roles[other], &hang->roles[k]);
        sentence_add(sentence, n_told > 0 ? ", %d \"%s\"" : ": %d \"%s\"",
                     alike, name);
        told[n_told++] = name;
        n_named += alike;
    }
    if (n_named < group.n)
        sentence_add(sentence, " and others");
}

// A call of a function that is wrapped ends in the wrapper, for who reads it.
// Returns the wrapper's frame; 0 if there is none.
static int find_wrapper(struct hang *hang, const struct thread_seen *thread)
{
    for (int k = 0; k < thread->n_frames; k++) {
        if (hang_is_wrapper(hang_find_frame(hang, thread, k)))
            return k;
    }
    return 0;
}

// Every stack begins with the same functions of the system or the runner.
static bool is_outside(struct symbol symbol)
{
    return strcmp(symbol.function, "start_thread") == 0 ||
           (symbol.file != NULL &&
            strcmp(symbol.file, "tester/lab_test.c") == 0);
}

static void print_stack(struct hang *hang, const struct thread_seen *thread)
{
    if (!thread->answered)
        sentence_print("(does not answer)", 4);
    else if (thread->n_frames == 0)
        sentence_print("(its stack is damaged)", 4);
    for (int k = find_wrapper(hang, thread); k < thread->n_frames; k++) {
        struct symbol symbol = hang_find_frame(hang, thread, k);
        if (is_outside(symbol))
            break;
        if (symbol.file == NULL && !hang_has_name(symbol))
            continue;
        struct sentence sentence = { .length = 0 };
        hang_add_symbol(&sentence, symbol);
        sentence_print(sentence.text, 4);
    }
}

static void print_group(struct hang *hang, struct group group)
{
    const struct role *role = &hang->roles[group.first];
    struct sentence sentence = { .length = 0 };
    if (group.n == 1) {
        sentence_add(&sentence, "thread %d \"%s\"", (int)role->seen->tid,
                     role->seen->name);
    } else {
        sentence_add(&sentence, "%d threads", group.n);
        add_names(hang, &sentence, group);
    }
    sentence_print(sentence.text, 2);
    print_stack(hang, role->seen);
}

static int make_groups(const struct hang *hang, struct group *groups)
{
    int n = 0;
    for (int k = 0; k < hang->n; k++) {
        if (is_left_out(&hang->roles[k]))
            continue;
        int at = 0;
        while (at < n &&
               !has_same_stack(&hang->roles[groups[at].first], &hang->roles[k]))
            at++;
        if (at == n)
            groups[n++] = (struct group){ k, 0 };
        groups[at].n++;
    }
    qsort(groups, (size_t)n, sizeof *groups, compare_groups);
    return n;
}

static void print_rest(int n_threads, int n_stacks, int n_idle)
{
    struct sentence sentence = { .length = 0 };
    if (n_threads > 0) {
        sentence_add(&sentence, "and %d more threads with %d other stacks",
                     n_threads, n_stacks);
        sentence_print(sentence.text, 2);
    }
    sentence.length = 0;
    if (n_idle > 0) {
        sentence_add(&sentence, "(without %d idle thread%s of the lab itself)",
                     n_idle, n_idle == 1 ? "" : "s");
        sentence_print(sentence.text, 2);
    }
}

void stack_groups_print(struct hang *hang)
{
    struct group *groups =
        alloc_resize(NULL, (size_t)hang->n + 1, sizeof *groups);
    int n = make_groups(hang, groups), left = hang->n, n_hidden = 0;
    sentence_print("Where the threads stand, innermost call first:", 0);
    for (int g = 0; g < n; g++) {
        left -= groups[g].n;
        if (g < MAX_STACKS)
            print_group(hang, groups[g]);
        else
            n_hidden += groups[g].n;
    }
    print_rest(n_hidden, n - MAX_STACKS, left);
    free(groups);
}
