// Which gradings are kept.
#include "grade/graded.h"
#include "grade/kept.h"
#include "grade/room.h"
#include "grade/store.h"
#include "rt/alloc.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The account of a grading that was confined so, in the folder `out`/NAME.
static void put_account(const char *out, const char *name, const char *confined,
                        const char *rest)
{
    char *folder = alloc_format("%s/%s", out, name),
         *path = alloc_format("%s/account.json", folder),
         *text = alloc_format(
             "{\"digest\":\"d\",\"raftlab\":\"r\",\"points\":\"p\","
             "\"secret\":\"s\",\"parts\":[\"2A\"],\"confined\":\"%s\"%s}",
             confined, rest);
    check(store_make_folder(folder) && store_write(path, text, strlen(text)));
    free(text);
    free(path);
    free(folder);
}

// ---- A grading ----

static char out[64];
static const char *const parts[] = { "2A", NULL };
static struct request request = { .out = out, .parts = (const char **)parts };
static struct grading grading = { .request = &request };

static void begin(void)
{
    strcpy(out, "/tmp/raftlab-kept-XXXXXX");
    check(mkdtemp(out) != NULL);
    static char version[] = "r";
    grading.raftlab = version;
    strcpy(grading.points_digest, "p");
    strcpy(grading.secret.id, "s");
}

static bool is_kept(char *name, char *given, const char *digest)
{
    struct submission submission = { .name = name, .given = given };
    return kept_is_graded(&grading, &submission, digest, NULL);
}

// One without a sandbox is made again where there is one.
UNIT_TEST(kept, is_as_well_confined)
{
    begin();
    put_account(out, "a", "namespaces", "");
    put_account(out, "b", "no sandbox on this machine (no memory): limits", "");
    put_account(out, "c", "servers had no namespaces of their own", "");
    check(is_kept("a", NULL, "d"));
    check(!is_kept("a", NULL, "other"));
    check(is_kept("a", NULL, NULL));
    check(is_kept("b", NULL, "d") == (sandbox_missing() != NULL));
    check(is_kept("c", NULL, "d"));
    check(store_remove(out));
}

// The same files of somebody else are his own work.
UNIT_TEST(kept, is_of_the_same_name)
{
    begin();
    put_account(out, "_", "namespaces", ",\"handed_in_as\":\"\u5b89\"");
    check(is_kept("_", "\u5b89", "d"));
    check(!is_kept("_", "\u96c5", "d") && !is_kept("_", NULL, "d"));
    check(store_remove(out));
}

// A result can be marked, which costs it nothing, and the mark taken away.
UNIT_TEST(kept, marks_what_is_of_an_earlier_grading)
{
    begin();
    put_account(out, "a", "namespaces", "");
    struct submission graded = { .name = "a" }, other = { .name = "b" };
    char *mark = alloc_format("%s/a/" GRADED_EARLIER, out),
         *of_other = alloc_format("%s/b", out);
    kept_set_earlier(&grading, &graded, true);
    kept_set_earlier(&grading, &graded, true);
    check(access(mark, F_OK) == 0 && is_kept("a", NULL, "d"));
    kept_set_earlier(&grading, &graded, false);
    check(access(mark, F_OK) != 0);
    kept_set_earlier(&grading, &other, true);
    check(access(of_other, F_OK) != 0);
    free(mark);
    free(of_other);
    check(store_remove(out));
}

// A result without a submission stays, if it was graded as all are.
UNIT_TEST(kept, marks_what_is_gone_and_of_an_earlier_grading)
{
    begin();
    put_account(out, "a", "namespaces", "");
    put_account(out, "b", "namespaces", "");
    struct submission other = { .name = "b" };
    struct submissions all = { &other, 1 };
    char *of_a = alloc_format("%s/a/" GRADED_EARLIER, out),
         *of_b = alloc_format("%s/b/" GRADED_EARLIER, out);
    kept_set_gone(&grading, &all);
    check(access(of_a, F_OK) != 0);
    strcpy(grading.points_digest, "q");
    kept_set_gone(&grading, &all);
    check(access(of_a, F_OK) == 0 && access(of_b, F_OK) != 0);
    free(of_a);
    free(of_b);
    check(store_remove(out));
}
