// Waits whose time limit is none are told.
#ifndef PEER_TIMED_H
#define PEER_TIMED_H

// Finds libc's functions that wait. Called before any of them.
void timed_find(void);

#endif
