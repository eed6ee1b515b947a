// Go's `go` statement and WaitGroup: runs functions on threads of their own,
// and waits for all of them.
#ifndef RT_GO_H
#define RT_GO_H

#include <pthread.h>

// A group of threads, such as those of one Raft, or one network's handlers.
struct go_group;

// Makes an empty group; go_group_free frees it.
struct go_group *go_group_make(void);

// Puts the server's number before the names that debuggers show: "S2 ticker"
// for the thread "ticker". To be called before the first go().
void go_group_set_server(struct go_group *group, int server);

// Runs fn(arg) on a thread of its own. Returns at once. A thread whose function
// has returned is used again, because a new one costs ten times as much. But fn
// never waits for another function's end. If no thread can be made, the program
// ends with a shortage (rt/shortage.h).
//
//   name   shown by debuggers, at most 15 characters; it must outlive the group
//   arg    passed to fn
//   locks  takes the group's own, and does not block; any lock may be held
void go(struct go_group *group, const char *name, void (*fn)(void *),
        void *arg);

// Calls pthread_create, for a caller that has no group and joins the thread
// itself. Sets *id. If no thread can be made, the program ends as with go().
void go_thread(pthread_t *id, void *(*fn)(void *), void *arg);

// The system's number of the calling thread; in the simulator its own. Asks the
// system once in a thread.
int go_thread_id(void);

// Closes the group: go() must not be called any more. Idle threads end now, the
// others when their functions return. Does not wait for them.
void go_group_close(struct go_group *group);

// Closes the group, if it is still open, waits until all functions have
// returned, joins the threads and frees the group.
void go_group_free(struct go_group *group);

#endif
