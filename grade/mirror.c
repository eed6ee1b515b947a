#include "grade/mirror.h"

#include "grade/from_to.h"
#include "grade/store.h"
#include "rt/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "/tmp/raftlab-XXXXXX"

static char *cannot_make(const char *path)
{
    return alloc_format("%s cannot be made: %s", path, strerror(errno));
}

// ---- Making it ----

// Makes the folders above the path. False if one of them is a link, or cannot
// be made.
static bool make_above(const char *root, const char *path)
{
    char *copy = alloc_string(path);
    bool made = true;
    for (char *at = copy + strlen(root) + 1;
         made && (at = strchr(at, '/')) != NULL; at++) {
        struct stat info;
        *at = '\0';
        if (mkdir(copy, 0755) != 0)
            made = errno == EEXIST && lstat(copy, &info) == 0 &&
                   S_ISDIR(info.st_mode);
        *at = '/';
    }
    free(copy);
    return made;
}

// As a mount does, the link hides what was made in its place before.
static char *link_place(const char *root, const char *from, const char *to)
{
    char *path = alloc_format("%s%s", root, to), *why = NULL;
    char *target = realpath(from, NULL);
    struct stat info;
    if (target == NULL)
        why = alloc_format("%s: %s", from, strerror(errno));
    else if (!make_above(root, path) ||
             (lstat(path, &info) == 0 && !store_remove(path)) ||
             symlink(target, path) != 0)
        why = cannot_make(path);
    free(target);
    free(path);
    return why;
}

static char *link_places(const struct room *room,
                         const struct confinement *confinement)
{
    char *why = NULL;
    for (const char *const *at = confinement->readable;
         why == NULL && at != NULL && *at != NULL; at++) {
        char *from, *to;
        from_to_split(*at, &from, &to);
        why = link_place(room->mirror, from, to);
        free(from);
        free(to);
    }
    return why;
}

// An empty folder that the user can write to.
static char *make_place(struct room *room, const char *to)
{
    char *path = alloc_format("%s%s", room->mirror, to), *why = NULL;
    int fd = -1;
    if (make_above(room->mirror, path) && mkdir(path, 0755) == 0)
        fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 ||
        (room->user != 0 && fchown(fd, room->user, room->user) != 0)) {
        why = cannot_make(path);
        if (fd >= 0)
            close(fd);
    } else {
        room->places[room->n_places++] = fd;
    }
    free(path);
    return why;
}

static char *make_places(struct room *room,
                         const struct confinement *confinement)
{
    char *why = NULL;
    for (const char *const *at = confinement->writable;
         why == NULL && at != NULL && *at != NULL &&
         room->n_places <= MOST_WRITABLE;
         at++) {
        char *from, *to;
        from_to_split(*at, &from, &to);
        why = make_place(room, to);
        free(from);
        free(to);
    }
    return why;
}

char *mirror_make(struct room *room, const struct confinement *confinement)
{
    room->mirror = alloc_string(FOLDER);
    if (mkdtemp(room->mirror) == NULL || chmod(room->mirror, 0755) != 0) {
        char *why = cannot_make(room->mirror);
        free(room->mirror);
        room->mirror = NULL;
        return why;
    }
    // The first place is /tmp, of which there is one for all here.
    room->places[room->n_places++] =
        open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char *why = link_places(room, confinement);
    return why != NULL ? why : make_places(room, confinement);
}

void mirror_remove(struct room *room)
{
    if (room->mirror == NULL)
        return;
    store_remove(room->mirror);
    free(room->mirror);
    room->mirror = NULL;
}

// ---- Names in it ----

static bool is_in(const char *name, const char *place)
{
    char *from, *to;
    from_to_split(place, &from, &to);
    size_t n = strlen(to);
    bool is = strncmp(name, to, n) == 0 && (name[n] == '\0' || name[n] == '/');
    free(from);
    free(to);
    return is;
}

static bool is_in_one(const char *name, const char *const *places)
{
    for (; places != NULL && *places != NULL; places++) {
        if (is_in(name, *places))
            return true;
    }
    return false;
}

// The working folder may be one above the places.
char *mirror_name(const struct room *room,
                  const struct confinement *confinement, const char *name)
{
    bool is_there =
        is_in_one(name, confinement->readable) ||
        is_in_one(name, confinement->writable) ||
        (confinement->folder != NULL && strcmp(name, confinement->folder) == 0);
    return is_there ? alloc_format("%s%s", room->mirror, name)
                    : alloc_string(name);
}

char **mirror_command(const struct room *room,
                      const struct confinement *confinement, char *const argv[])
{
    size_t n = 0;
    while (argv[n] != NULL)
        n++;
    char **words = alloc((n + 1) * sizeof *words);
    for (size_t k = 0; k < n; k++)
        words[k] = mirror_name(room, confinement, argv[k]);
    words[n] = NULL;
    return words;
}
