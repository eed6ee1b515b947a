// Threads that the system refuses to the Raft.
#ifndef PEER_REFUSED_H
#define PEER_REFUSED_H

#include <pthread.h>

// Finds libc's pthread_create. Called before the first thread is made.
void refused_find(void);

// Makes a thread for the peer itself, which cannot await an answer: it may be
// the one that receives answers. If the system refuses the thread, it tells the
// judge, and waits for a while until it is granted. Returns an error of
// pthread_create.
int refused_make_thread(pthread_t *id, void *(*run)(void *unused));

// From now on the judge can be asked: there is a thread that receives answers.
void refused_can_ask(void);

#endif
