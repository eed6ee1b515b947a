// Go's `go` statement and WaitGroup: run a function on a thread of its own,
// and wait for all of them.
#ifndef RT_GO_H
#define RT_GO_H

#include <pthread.h>

// Threads that belong together: one Raft's, or one network's handlers.
struct go_group;

// An empty group; go_group_free frees it.
struct go_group *go_group_make(void);

// Has debuggers show "S2 ticker" for a thread called "ticker" from now on; the
// number is a server's. Before the first go().
void go_group_set_server(struct go_group *group, int server);

// Runs fn(arg) on a thread of its own and returns at once. A thread whose
// function has returned is used again, because a new one costs ten times as
// much; but no function ever waits for another's thread. If there can be no
// more threads, the program ends, as a shortage (rt/shortage.h).
//
//   name   what debuggers show, at most 15 characters; it must outlive the
//          group (a literal, or a string that is freed after it)
//   arg    fn's; the group does not look at it
//   locks  takes the group's own, for a moment; call it with any lock held
void go(struct go_group *group, const char *name, void (*fn)(void *),
        void *arg);

// pthread_create, for who has no group and joins the thread himself: sets *id.
// If there can be no more threads, the program ends, as with go().
void go_thread(pthread_t *id, void *(*fn)(void *), void *arg);

// No function will be added any more: the idle threads end now, the others when
// their functions return. Does not wait.
void go_group_close(struct go_group *group);

// Closes the group, if it is not closed yet, waits until every
// function has returned, joins the threads, frees the group. It waits for ever
// if a function never returns.
void go_group_free(struct go_group *group);

#endif
