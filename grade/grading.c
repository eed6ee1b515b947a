#include "grade/grading.h"

#include "grade/store.h"
#include "grade/version.h"
#include "rt/alloc.h"
#include "rt/bad_input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
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

// The submissions that are named are graded beside those that others name.
static void take_folder(struct grading *grading, const struct request *request)
{
    grading->work = alloc_format("%s/.work", request->out);
    if (!store_make_folder(request->out) || !store_make_folder(grading->work))
        bad_input("grade", "%s: no folder to write to (make's OUT=): %s",
                  request->out, strerror(errno));
    char *why = store_lock(request->out,
                           request->only == NULL ? NULL : request->only[0]);
    if (why != NULL)
        bad_input("grade", "%s", why);
}

struct grading grading_begin(const struct request *request)
{
    struct grading grading = { .request = request };
    struct utsname machine;
    uname(&machine);
    grading.raftlab = alloc_string(grade_version);
    grading.compiler = alloc_format("gcc %d.%d.%d", __GNUC__, __GNUC_MINOR__,
                                    __GNUC_PATCHLEVEL__);
    grading.kernel = alloc_string(machine.release);
    grading.cpus = request->cpus;
    read_points(&grading, request);
    take_folder(&grading, request);
    grading.secret = request->secret != NULL
                         ? secret_read(request->secret)
                         : secret_of_grading(request->out, true);
    return grading;
}
