// The users that commands run as, if root grades: nobody is one of them, and
// each runs one command at a time on this machine.
#ifndef GRADE_USER_H
#define GRADE_USER_H

#include <sys/types.h>

enum {
    // Debian gives the users from 60000 to 64999 to packages on demand; few do.
    FIRST_USER = 62000,
    USERS = 500,
};

// Sets `user` to one that has no processes, and `lock` to a descriptor: nobody
// else takes the user until it is closed here and in all processes that have
// inherited it. Sets them to 0 and -1 if this process is not root's. Returns
// NULL, or why there is none, in a line that the caller frees.
char *user_take(uid_t *user, int *lock);

#endif
