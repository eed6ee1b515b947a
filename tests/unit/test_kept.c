// Which gradings are kept.
#include "grade/kept.h"
#include "grade/room.h"
#include "grade/store.h"
#include "rt/alloc.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

// The account of a grading that was confined so, in the folder `out`/NAME.
static void put_account(const char *out, const char *name, const char *confined)
{
    char *folder = alloc_format("%s/%s", out, name),
         *path = alloc_format("%s/account.json", folder),
         *text = alloc_format(
             "{\"digest\":\"d\",\"raftlab\":\"r\",\"points\":\"p\","
             "\"secret\":\"s\",\"parts\":[\"2A\"],\"confined\":\"%s\"}",
             confined);
    check(store_make_folder(folder) && store_write(path, text, strlen(text)));
    free(text);
    free(path);
    free(folder);
}

// One without a sandbox is made again where there is one.
UNIT_TEST(kept, is_as_well_confined)
{
    char out[] = "/tmp/raftlab-kept-XXXXXX";
    check(mkdtemp(out) != NULL);
    const char *parts[] = { "2A", NULL };
    struct request request = { .out = out, .parts = parts };
    struct grading grading = { .request = &request, .raftlab = "r" };
    strcpy(grading.points_digest, "p");
    strcpy(grading.secret.id, "s");

    put_account(out, "a", "namespaces");
    put_account(out, "b", "no sandbox on this machine (no memory): limits");
    put_account(out, "c", "servers had no namespaces of their own");
    check(kept_is_graded(&grading, "a", "d", NULL));
    check(!kept_is_graded(&grading, "a", "other", NULL));
    check(kept_is_graded(&grading, "b", "d", NULL) ==
          (sandbox_missing() != NULL));
    check(kept_is_graded(&grading, "c", "d", NULL));
    check(store_remove(out));
}
