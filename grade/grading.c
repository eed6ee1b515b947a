#include "grade/grading.h"

#include "grade/graded.h"
#include "grade/lab_files.h"
#include "grade/places.h"
#include "grade/room.h"
#include "grade/store.h"
#include "grade/user.h"
#include "grade/version.h"
#include "rt/alloc.h"
#include "rt/bad_input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#define MAX_POINTS_BYTES (1 << 20)

static void read_points(struct grading *grading, const struct request *request)
{
    char *mistake = points_read(&grading->points, request->points,
                                (const char *const *)request->parts);
    if (mistake != NULL)
        bad_input("grade", "%s", mistake);
    size_t size;
    char *bytes = store_read(request->points, MAX_POINTS_BYTES, &size);
    if (bytes == NULL)
        bad_input("grade", "%s: %s", request->points, strerror(errno));
    secret_digest(bytes, size, grading->points_digest);
    free(bytes);
}

// Is there a grading, or a copy of one?
static bool has_grading(const char *out)
{
    bool has = store_has(out, STORE_LOCK);
    struct dirent **entries;
    int n = store_list(out, &entries);
    for (int k = 0; k < n; k++) {
        char *place = alloc_format("%s/%s", out, entries[k]->d_name);
        has = has || store_has(place, GRADED_ACCOUNT);
        free(place);
        free(entries[k]);
    }
    if (n >= 0)
        free((void *)entries);
    return has;
}

// The files of the class take the places of others with their names.
static void check_own(const char *out)
{
    static const char *const files[] = { GRADED_TABLE, GRADED_PAGE };
    for (size_t k = 0; k < sizeof files / sizeof *files; k++) {
        if (store_has(out, files[k]) && !has_grading(out))
            bad_input("grade",
                      "%s/%s is no grading's: move it away, or write to "
                      "another folder (make's OUT=)",
                      out, files[k]);
    }
}

// The submissions that are named are graded beside those that others name.
static void take_folder(struct grading *grading, const struct request *request)
{
    check_own(request->out);
    grading->work = alloc_format("%s/.work", request->out);
    if (!store_make_folder(request->out) || !store_make_folder(grading->work))
        bad_input("grade", "%s: no folder to write to (make's OUT=): %s",
                  request->out, strerror(errno));
    char *why = store_lock(request->out, (const char *const *)request->only);
    if (why != NULL)
        bad_input("grade", "%s", why);
}

// ---- The machine ----

static void check_open(const char *folder)
{
    struct stat info;
    if (stat(folder, &info) == 0 && (info.st_mode & S_IXOTH) == 0)
        bad_input("grade",
                  "root runs submissions as another user, who cannot get into "
                  "%s: chmod o+x %s, or grade as an ordinary user",
                  folder, folder);
}

// Root runs submissions as another user, who has to come to this folder.
static void check_reach(const char *folder)
{
    char *path = realpath(folder, NULL), *at = path;
    while (at != NULL && (at = strchr(at + 1, '/')) != NULL) {
        *at = '\0';
        check_open(path);
        *at = '/';
    }
    if (path != NULL)
        check_open(path);
    free(path);
}

// Modes are not all: there are lists of access, and file servers where root is
// nobody. So such a user looks at the lab and at the folder of work.
static void check_readable(const char *work)
{
    char *in_work = alloc_format("%s/.", work);
    const char *const places[] = { PLACE_LAYOUT, in_work, NULL };
    struct confinement confinement = { .readable = places };
    uid_t user;
    int lock;
    char *why = user_take(&user, &lock);
    if (why == NULL)
        why = room_check_readable(&confinement, user);
    if (why != NULL)
        bad_input("grade", "%s", why);
    close(lock);
    free(in_work);
}

// Places of a sandbox are given as FROM:TO.
static void check_colon(const char *folder, const char *what)
{
    char *path = realpath(folder, NULL);
    if (path != NULL && strchr(path, ':') != NULL)
        bad_input("grade", "%s: the path of %s must be without a colon", path,
                  what);
    free(path);
}

static void check_machine(const struct request *request, const char *work)
{
    check_colon(".", "the lab");
    check_colon(request->out, "the folder to write to (make's OUT=)");
    const char *missing = sandbox_missing();
    if (missing != NULL && geteuid() != 0)
        bad_input("grade",
                  "%s, and only root can run submissions as another user: "
                  "grade as root",
                  missing);
    if (missing != NULL)
        fprintf(stderr, "grade: %s\n", missing);
    if (geteuid() == 0) {
        check_reach(".");
        check_reach(request->out);
        check_readable(work);
    }
}

struct grading grading_begin(const struct request *request)
{
    struct grading grading = { .request = request };
    struct utsname machine;
    uname(&machine);
    grading.raftlab = alloc_string(grade_version);
    lab_files_digest(grading.lab_files);
    grading.compiler = alloc_format("gcc %d.%d.%d", __GNUC__, __GNUC_MINOR__,
                                    __GNUC_PATCHLEVEL__);
    grading.kernel = alloc_string(machine.release);
    grading.cpus = request->cpus;
    read_points(&grading, request);
    if (geteuid() == 0)
        umask(022);  // Submissions are read by another user.
    take_folder(&grading, request);
    check_machine(request, grading.work);
    grading.secret = request->secret != NULL
                         ? secret_read(request->secret)
                         : secret_of_grading(request->out, true);
    return grading;
}
