#include "tester/hang_internal.h"

#include "rt/alloc.h"
#include "tester/frames.h"

#include <stdlib.h>
#include <string.h>

#define MAX_STACKS 30
#define MAX_NAMES  4  // Of the threads with one stack.
#define NO_GROUP   (-1)

// Threads with one stack.
struct group {
    int number;
    int first;  // The first thread.
    int n;
    char *stack;  // One line for each call.
};

struct groups {
    struct hang *hang;
    int n;
    struct group *all;
    int *of;  // Each thread's group; NO_GROUP: it is left out.
};

static bool is_left_out(const struct role *role)
{
    return role->is_harness && !role->is_wanted && role->holder_tid == 0 &&
           !role->seen->runs;
}

// ---- A stack as text ----

// Returns the frame of a wrapper (tester/locked.c); 0 if there is none. The
// frames inside it are not shown.
static int find_innermost(struct hang *hang, const struct thread_seen *thread)
{
    for (int k = 0; k < thread->n_frames; k++) {
        if (hang_is_wrapper(hang_find_frame(hang, thread, k)))
            return k;
    }
    return 0;
}

// Finds the outermost frame to be shown. The frames that called the program, of
// the lab and of the system, are the same in each stack.
static int find_outermost(struct hang *hang, const struct thread_seen *thread)
{
    int last = thread->n_frames - 1;
    for (int k = last; k >= 0; k--) {
        struct symbol symbol = hang_find_frame(hang, thread, k);
        if (symbol.file != NULL && !frames_is_harness(symbol.file))
            return k;
    }
    return last;
}

// Writes the stack as text. The caller frees it.
static char *describe_stack(struct hang *hang, const struct thread_seen *thread)
{
    struct sentence stack = { .length = 0 };
    if (!thread->answered)
        sentence_add(&stack, "(does not answer)\n");
    else if (thread->n_frames == 0)
        sentence_add(&stack, "(its stack is damaged)\n");
    int last = find_outermost(hang, thread);
    for (int k = find_innermost(hang, thread); k <= last; k++) {
        struct symbol symbol = hang_find_frame(hang, thread, k);
        if (symbol.file == NULL && !hang_has_name(symbol))
            continue;
        hang_add_symbol(&stack, symbol);
        sentence_add(&stack, "\n");
    }
    return alloc_string(stack.text);
}

// ---- Groups ----

static bool has_same_frames(const struct thread_seen *a,
                            const struct thread_seen *b)
{
    return a->answered == b->answered && a->n_frames == b->n_frames &&
           memcmp(a->frames, b->frames,
                  (size_t)a->n_frames * sizeof *a->frames) == 0;
}

// The number of the thread's group. Different places of one source line count
// as the same.
static int find_group(struct groups *groups, int k)
{
    const struct role *roles = groups->hang->roles;
    for (int other = 0; other < k; other++) {
        if (groups->of[other] != NO_GROUP &&
            has_same_frames(roles[other].seen, roles[k].seen))
            return groups->of[other];
    }
    char *stack = describe_stack(groups->hang, roles[k].seen);
    for (int g = 0; g < groups->n; g++) {
        if (strcmp(groups->all[g].stack, stack) == 0) {
            free(stack);
            return g;
        }
    }
    groups->all[groups->n] = (struct group){ groups->n, k, 0, stack };
    return groups->n++;
}

static int compare_groups(const void *a, const void *b)
{
    const struct group *one = a, *other = b;
    return one->n != other->n ? other->n - one->n : one->first - other->first;
}

// Returns the number of threads in groups.
static int make_groups(struct groups *groups)
{
    int n = 0;
    for (int k = 0; k < groups->hang->n; k++) {
        groups->of[k] = NO_GROUP;
        if (is_left_out(&groups->hang->roles[k]))
            continue;
        groups->of[k] = find_group(groups, k);
        groups->all[groups->of[k]].n++;
        n++;
    }
    qsort(groups->all, (size_t)groups->n, sizeof *groups->all, compare_groups);
    return n;
}

// ---- Printing ----

// Returns the number of threads of the group, from this one on, that have its
// name.
static int count_name(const struct groups *groups, int number, int first)
{
    const struct role *roles = groups->hang->roles;
    int n = 0;
    for (int k = first; k < groups->hang->n; k++)
        n += groups->of[k] == number &&
             strcmp(roles[k].seen->name, roles[first].seen->name) == 0;
    return n;
}

static bool is_in(const char *name, const char *const *told, int n)
{
    for (int k = 0; k < n; k++) {
        if (strcmp(told[k], name) == 0)
            return true;
    }
    return false;
}

// Adds the first threads' names, each with its number of threads.
static void add_names(const struct groups *groups, struct sentence *sentence,
                      struct group group)
{
    const char *told[MAX_NAMES];
    int n_told = 0, n_named = 0;
    for (int k = group.first; k < groups->hang->n && n_told < MAX_NAMES; k++) {
        const char *name = groups->hang->roles[k].seen->name;
        if (groups->of[k] != group.number || is_in(name, told, n_told))
            continue;
        int alike = count_name(groups, group.number, k);
        sentence_add(sentence, n_told > 0 ? ", " : ": ");
        if (alike > 1)
            sentence_add(sentence, "%d ", alike);
        sentence_add(sentence, "\"%s\"", name);
        told[n_told++] = name;
        n_named += alike;
    }
    if (n_named < group.n)
        sentence_add(sentence, " and others");
}

static void print_group(const struct groups *groups, struct group group)
{
    const struct thread_seen *seen = groups->hang->roles[group.first].seen;
    struct sentence sentence = { .length = 0 };
    if (group.n == 1) {
        sentence_add(&sentence, "thread %d \"%s\"", (int)seen->tid, seen->name);
    } else {
        sentence_add(&sentence, "%d threads", group.n);
        add_names(groups, &sentence, group);
    }
    sentence_print(sentence.text, 2);
    for (char *line = strtok(group.stack, "\n"); line != NULL;
         line = strtok(NULL, "\n"))
        sentence_print(line, 4);
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
    size_t size = (size_t)hang->n + 1;
    struct groups groups = { .hang = hang };
    groups.all = alloc(size * sizeof *groups.all);
    groups.of = alloc(size * sizeof *groups.of);
    int n = make_groups(&groups), n_hidden = 0;
    sentence_print("Where the threads stand, innermost call first:", 0);
    for (int g = 0; g < groups.n; g++) {
        if (g < MAX_STACKS)
            print_group(&groups, groups.all[g]);
        else
            n_hidden += groups.all[g].n;
        free(groups.all[g].stack);
    }
    print_rest(n_hidden, groups.n - MAX_STACKS, hang->n - n);
    free(groups.of);
    free(groups.all);
}
