// The users that root runs submissions as.
#include "grade/room.h"
#include "grade/user.h"
#include "rt/alloc.h"
#include "tests/unit/unit.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

// Tries as often as there are users, so each of them is met.
static bool can_take(uid_t wanted)
{
    bool can = false;
    for (int k = 0; k < USERS && !can; k++) {
        uid_t user;
        int lock;
        char *why = user_take(&user, &lock);
        check_that(why == NULL, "%s", why);
        can = user == wanted;
        close(lock);
    }
    return can;
}

// Starts a process that asks whether it can take the user whose number comes
// through `to`. It has no lock of this process's.
static pid_t fork_asker(int *to)
{
    int ends[2];
    check(pipe(ends) == 0);
    pid_t asker = unit_fork();
    if (asker == 0) {
        uid_t user;
        check(read(ends[0], &user, sizeof user) == sizeof user);
        _exit(can_take(user) ? 1 : 0);
    }
    close(ends[0]);
    *to = ends[1];
    return asker;
}

static bool can_other_take(pid_t asker, int to, uid_t user)
{
    int status;
    check(write(to, &user, sizeof user) == sizeof user);
    check(waitpid(asker, &status, 0) == asker && WIFEXITED(status));
    close(to);
    return WEXITSTATUS(status) != 0;
}

// Two commands are never one user's, of one grading or of two, even before the
// first has a process.
UNIT_TEST(user, is_for_one_at_a_time)
{
    if (geteuid() != 0)
        return;
    int to_first, to_second, lock;
    pid_t first = fork_asker(&to_first), second = fork_asker(&to_second);
    uid_t user;
    check(user_take(&user, &lock) == NULL && user >= FIRST_USER && lock >= 0);
    check(!can_take(user));
    check(!can_other_take(first, to_first, user));

    close(lock);
    check(can_take(user));
    check(can_other_take(second, to_second, user));
}

// Reads what the command prints, so that it runs.
static void read_output(const struct room *room, char *text, size_t size)
{
    ssize_t n = read(room->output, text, size - 1);
    check(n > 0);
    text[n] = '\0';
}

// A room has its user until it is closed, even if all in it are dead before.
// The process that kills the command has the lock, too; the command does not.
UNIT_TEST(user, is_the_rooms_until_that_is_closed)
{
    if (geteuid() != 0)
        return;
    struct confinement most = { .cpu_s = 9, .processes = 4, .file_mb = 1 };
    char *argv[] = { "sh", "-c", "readlink /proc/$$/fd/*; sleep 60", NULL };
    struct room room;
    char *why = bare_start(&most, argv, &room);
    check_that(why == NULL, "%s", why);
    char open_files[4096], at[64];
    read_output(&room, open_files, sizeof open_files);
    check(strstr(open_files, "raftlab.users") == NULL);
    snprintf(at, sizeof at, "/proc/%d/fd/%d", room.child, room.user_lock);
    check(access(at, F_OK) == 0);

    room_kill(&room);
    check(waitpid(room.child, NULL, 0) == room.child);
    check(!can_take(room.user));
    room_close(&room);
    check(can_take(room.user));
}

UNIT_TEST(user, of_a_room_that_does_not_start_is_free)
{
    if (geteuid() != 0)
        return;
    const char *const nothing[] = { "/nowhere", NULL };
    struct confinement most = { .readable = nothing };
    struct room room;
    free(sandbox_start(&most, (char *[]){ "true", NULL }, &room));
    check(room.user != 0 && can_take(room.user));
    free(bare_start(&most, (char *[]){ "true", NULL }, &room));
    check(room.user != 0 && can_take(room.user));
}

// Without the file of the locks, one grading's commands still have own users.
UNIT_TEST(user, needs_no_file)
{
    if (geteuid() != 0 || unshare(CLONE_NEWNS) != 0 ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", "/run", "tmpfs", MS_RDONLY, NULL) != 0)
        return;
    uid_t user;
    int lock;
    check(user_take(&user, &lock) == NULL && user != 0);
    check(!can_take(user));
    close(lock);
    check(can_take(user));
}
