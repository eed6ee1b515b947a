// Confines the processes that run a Raft. A Raft needs little: memory, threads,
// time, and the judge.
#ifndef PEER_CONFINE_H
#define PEER_CONFINE_H

#include <stdbool.h>

// Goes on as a process that is in namespaces of its own. Sets *object to the
// path of the Raft's shared object there. Returns 0, or the errno if the system
// does not allow it. The calling process has one thread.
int confine_zygote(const char **object);

// Gives up the calling process's privileges, and bounds its files. For good.
void confine_privileges(void);

// From now on the process can make only the system calls that a Raft needs.
// Some others fail; the rest end the process.
//   is_last  confine_files will not be called
void confine_calls(bool is_last);

// From now on the process can open no files.
void confine_files(void);

// The name of a system call; "an unknown call" if it has none. For signal
// handlers, after confine_prepare.
const char *confine_call_name(int number);
void confine_prepare(void);

#endif
