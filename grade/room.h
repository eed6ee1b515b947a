// The room that a command runs in: a sandbox, or, where the kernel allows none,
// a process with limits.
#ifndef GRADE_ROOM_H
#define GRADE_ROOM_H

#include "grade/confine.h"

#include <sys/types.h>

enum {
    MOST_WRITABLE = 8,
    MOST_KEPT = 2,
    THREADS_EACH = 200,  // The most that a process may have, on average.
};

struct room {
    pid_t child;  // The keeper. The caller waits for it. Its status is 128 + a
                  // signal's number, if that ended the command.
    pid_t init;   // Of the sandbox: its death ends all; 0 without a sandbox.
    int init_fd;  // The same as a pidfd.
    int output;   // What is read of stdout and stderr.
    int proc;     // A /proc that has the command's processes.
    pid_t top;    // What they descend from; 0: all are its.
    uid_t user;   // Whom the command runs as; 0: whoever runs this.
    int user_lock;  // That user's (user.h). The keeper has it, too.
    // The folders that it can write to: a small /tmp, and those of `writable`.
    int places[MOST_WRITABLE + 1], n_places;
    char *mirror;  // Without a sandbox: the folder with the places (mirror.h).
};

// Starts a command in a sandbox. Returns NULL, or why it did not start, in a
// line that the caller frees.
char *sandbox_start(const struct confinement *confinement, char *const argv[],
                    struct room *room);

// Closes and frees what the room has, when all of its processes are dead.
void room_close(struct room *room);

// Can there be sandboxes? Returns NULL, or what is missing. Not to be freed.
const char *sandbox_missing(void);

// Is this what sandbox_missing said, on some machine?
bool sandbox_was_missing(const char *confined);

// The same without one.
char *bare_start(const struct confinement *confinement, char *const argv[],
                 struct room *room);

// Kills all of the command's processes. The caller still waits for `child`.
void room_kill(const struct room *room);

// ---- For both ----

// Can the user read all that the command may read? Returns NULL, or what it
// cannot, in a line that the caller frees.
char *room_check_readable(const struct confinement *confinement, uid_t user);

// In the new process, before it executes: stdin is `input`, stdout and stderr
// are `output`, no other descriptor stays open but those in `kept`, MOST_KEPT
// at most, which ends with -1; and, until it executes, the user's lock. Sets
// the limits that a process has of its own.
void room_enter(const struct room *room, const struct confinement *confinement,
                int input, int output, const int *kept);

// Then: becomes the user for good, if it is not 0, and gets the signal `death`
// when its parent dies.
void room_become(uid_t user, pid_t parent, int death);

#endif
