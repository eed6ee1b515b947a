// The program that makes sandboxes is not there, or is an old one. In a mount
// namespace a script takes its place.
#include "grade/bubblewrap.h"
#include "grade/room.h"
#include "rt/alloc.h"
#include "tests/unit/unit.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

// False if this process may not.
static bool leave_mounts(void)
{
    return geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
           mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

// Puts a program there that says this when it is asked for its version, and
// knows no option.
static void put(const char *version, mode_t mode)
{
    char path[] = "/tmp/raftlab-bwrap-XXXXXX";
    int fd = mkstemp(path);
    check(fd >= 0);
    dprintf(fd,
            "#!/bin/sh\n[ \"$1\" != --version ] || { echo '%s'; exit; }\n"
            "echo \"bwrap: Unknown option $1\" >&2\nexit 1\n",
            version);
    check(fchmod(fd, mode) == 0 && close(fd) == 0);
    umount2(BWRAP, MNT_DETACH);  // One that was put there before.
    check(mount(path, BWRAP, NULL, MS_BIND, NULL) == 0);
    check(unlink(path) == 0);
}

// The check finds this; NULL: nothing.
static void must_find(const char *text)
{
    char *why = bubblewrap_check();
    check_that((why == NULL) == (text == NULL), "it says: %s", why);
    check_that(why == NULL || strstr(why, text) != NULL, "it says: %s", why);
    free(why);
}

UNIT_TEST(bubblewrap, of_every_version)
{
    must_find(NULL);
    if (!leave_mounts())
        return;
    static const char versions[][2][40] = {
        { "bubblewrap 0.4.1", "bubblewrap 0.4 is too old" },
        { "bubblewrap 0.7.0", "bubblewrap 0.7 is too old" },
        { "bubblewrap 0.8.0", "" },
        { "bubblewrap 0.11.0", "" },
        { "bubblewrap 1.0", "" },
        { "no version", "" },
    };
    for (size_t k = 0; k < sizeof versions / sizeof *versions; k++) {
        put(versions[k][0], 0755);
        must_find(versions[k][1][0] == '\0' ? NULL : versions[k][1]);
    }
    put("", 0644);
    must_find("install bubblewrap");
}

// Ubuntu 22.04 has it.
UNIT_TEST(bubblewrap, too_old_is_told)
{
    if (!leave_mounts())
        return;
    put("bubblewrap 0.6.1", 0755);
    const char *text = sandbox_missing();
    check(text != NULL && sandbox_was_missing(text));
    check_that(strstr(text, "(bubblewrap 0.6 is too old: install 0.8 or later,"
                            " as Debian 12 and Ubuntu 24.04 have it): limits "
                            "alone") != NULL,
               "it says: %s", text);
}
