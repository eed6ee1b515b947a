#include "grade/user.h"

#include "rt/alloc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// Each byte of this file is a user's lock. Only root can write to /run.
#define LOCKS "/run/raftlab.users"

static int locks = -1;

// Without the file, those who grade in this process and in its children still
// have locks.
static void open_locks(void)
{
    locks = open(LOCKS, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (locks >= 0)
        return;
    fprintf(stderr,
            "grade: %s: %s; another grading on this machine at the same time "
            "may run a submission as the same user\n",
            LOCKS, strerror(errno));
    locks = memfd_create("raftlab.users", MFD_CLOEXEC);
}

// A lock belongs to what one call of open() has opened.
static int open_again(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, open_locks);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", locks);
    return open(path, O_RDWR | O_CLOEXEC);
}

static bool set_lock(int fd, unsigned at, short type)
{
    struct flock lock = {
        .l_type = type, .l_whence = SEEK_SET, .l_start = at, .l_len = 1
    };
    return fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

static bool has_processes(uid_t user)
{
    bool found = false;
    DIR *folder = opendir("/proc");
    for (struct dirent *entry;
         !found && folder != NULL && (entry = readdir(folder)) != NULL;) {
        struct stat info;
        found = fstatat(dirfd(folder), entry->d_name, &info, 0) == 0 &&
                info.st_uid == user;
    }
    if (folder != NULL)
        closedir(folder);
    return found;
}

static bool is_somebody(uid_t user)
{
    struct passwd entry, *found = NULL;
    char text[4096];
    return getpwuid_r(user, &entry, text, sizeof text, &found) != 0 ||
           found != NULL;
}

// The next number to try. Gradings at the same time begin at different ones.
static unsigned next_number(void)
{
    static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
    static unsigned next;
    pthread_mutex_lock(&mu);
    unsigned at = ((unsigned)getpid() * 61 + next++) % USERS;
    pthread_mutex_unlock(&mu);
    return at;
}

// A locked user may still have processes that are dying.
static uid_t find_free(int fd)
{
    for (int tries = 0; tries < USERS; tries++) {
        unsigned at = next_number();
        if (!set_lock(fd, at, F_WRLCK))
            continue;
        if (!is_somebody(FIRST_USER + at) && !has_processes(FIRST_USER + at))
            return FIRST_USER + at;
        set_lock(fd, at, F_UNLCK);
    }
    return 0;
}

char *user_take(uid_t *user, int *lock)
{
    *user = 0;
    *lock = -1;
    if (geteuid() != 0)
        return NULL;
    *lock = open_again();
    if (*lock < 0)
        return alloc_format("no lock for a user: %s", strerror(errno));
    *user = find_free(*lock);
    if (*user != 0)
        return NULL;
    close(*lock);
    *lock = -1;
    return alloc_format("no user from %d to %d is free for a submission: "
                        "does \"getent passwd %d\" print nothing?",
                        FIRST_USER, FIRST_USER + USERS - 1, FIRST_USER);
}
