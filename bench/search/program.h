// Small programs with a bug of their threads, to measure how soon a search
// finds it. Each file is compiled twice: with FIXED it has no bug.
//
// A program is a function that the simulator runs as thread 0. It must join its
// threads. The bug is found in a run if must() fails, or the simulator reports
// a bug (a deadlock, say). Each run is a process of its own.
#ifndef BENCH_SEARCH_PROGRAM_H
#define BENCH_SEARCH_PROGRAM_H

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

// A bug shows only if a thread loses its turn at such a place.
enum between { BETWEEN_CALLS, BETWEEN_ACCESSES };

struct program {
    const char *name;
    enum between between;
    bool is_fixed;
    void (*run)(void);
    struct program *next;
};

extern struct program *programs;  // All of them.
void program_add(struct program *program);

#ifdef FIXED
#define IS_FIXED true
#else
#define IS_FIXED false
#endif

#define PROGRAM(name_, between_)                                               \
    static void name_(void);                                                   \
    __attribute__((constructor)) static void add_##name_(void)                 \
    {                                                                          \
        static struct program self = { #name_, between_, IS_FIXED, name_,      \
                                       NULL };                                 \
        program_add(&self);                                                    \
    }                                                                          \
    static void name_(void)

static inline void must(bool condition)
{
    if (!condition)
        _exit(1);
}

// Runs so many threads, the i-th with the address of the i-th of their numbers,
// and joins them.
static inline void run_threads(int n, void *(*const run[])(void *))
{
    static int numbers[16];
    pthread_t threads[16];
    for (int i = 0; i < n; i++) {
        numbers[i] = i;
        must(pthread_create(&threads[i], NULL, run[i], &numbers[i]) == 0);
    }
    for (int i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
}

// The same, all with one function.
static inline void run_alike(int n, void *(*run)(void *))
{
    void *(*all[16])(void *);
    for (int i = 0; i < n; i++)
        all[i] = run;
    run_threads(n, all);
}

#endif
