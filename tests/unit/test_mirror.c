// The folder that stands in for a sandbox where the kernel allows none.
#include "grade/mirror.h"
#include "grade/store.h"
#include "rt/alloc.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_link(const char *root, const char *path)
{
    char *name = alloc_format("%s%s", root, path);
    struct stat info;
    bool is = lstat(name, &info) == 0 && S_ISLNK(info.st_mode);
    free(name);
    return is;
}

static bool is_mapped(const struct room *room,
                      const struct confinement *confinement, const char *name)
{
    char *mapped = mirror_name(room, confinement, name);
    char *wanted = alloc_format("%s%s", room->mirror, name);
    bool is = strcmp(mapped, wanted) == 0;
    check(is || strcmp(mapped, name) == 0);
    free(mapped);
    free(wanted);
    return is;
}

// Each place is a link to where it comes from, and the later hides the earlier,
// as mounts do. Names are mapped only if they are those of places.
UNIT_TEST(mirror, has_the_places_of_a_sandbox)
{
    const char *const readable[] = { "/etc/passwd:/lab/etc/passwd",
                                     "/etc:/lab/etc", "/usr:/lab/program",
                                     NULL };
    const char *const writable[] = { "/nowhere:/lab/out", NULL };
    struct confinement confinement = { .readable = readable,
                                       .writable = writable,
                                       .folder = "/lab" };
    struct room room = { .n_places = 0 };
    check(mirror_make(&room, &confinement) == NULL);

    check(is_link(room.mirror, "/lab/etc") &&
          is_link(room.mirror, "/lab/program"));
    check(!is_link(room.mirror, "/lab/out") && room.n_places == 2);
    check(is_mapped(&room, &confinement, "/lab"));
    check(is_mapped(&room, &confinement, "/lab/out/rows.json"));
    check(is_mapped(&room, &confinement, "/lab/program"));
    check(!is_mapped(&room, &confinement, "/lab/programs"));
    check(!is_mapped(&room, &confinement, "/usr/bin/gcc"));
    check(!is_mapped(&room, &confinement, "-n"));

    char *root = alloc_string(room.mirror);
    mirror_remove(&room);
    check(access(root, F_OK) != 0 && access("/etc/passwd", F_OK) == 0);
    free(root);
}

// A place that is not there is told by its name, and leaves nothing behind.
UNIT_TEST(mirror, names_a_missing_place)
{
    const char *const readable[] = { "/no/such/place:/lab/x", NULL };
    struct confinement confinement = { .readable = readable };
    struct room room = { .n_places = 0 };
    char *why = mirror_make(&room, &confinement);
    check(why != NULL && strstr(why, "/no/such/place: ") == why);
    mirror_remove(&room);
    free(why);
}
