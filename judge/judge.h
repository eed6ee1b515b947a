// The judge's side of peers: the Rafts under test, each life in a process of
// its own. The tester calls the functions of raft.h as ever; here they ask the
// peer. Nothing that a peer says is trusted.
#ifndef JUDGE_JUDGE_H
#define JUDGE_JUDGE_H

// Starts what clones the lives. To be called at the beginning of a test, by its
// main thread.
//   program  the peer
//   object   the Raft's shared object
void judge_start(const char *program, const char *object);

// Ends all peers, and waits for them.
void judge_stop(void);

#endif
