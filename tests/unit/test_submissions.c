// The submissions of a class: which there are, and what is unpacked of each.
#include "grade/store.h"
#include "grade/submissions.h"
#include "rt/alloc.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *root;  // raftlab's folder, from which the tests start.

// Makes a class by a script, and finds its submissions.
static struct submissions find(const char *script)
{
    static char folder[] = "/tmp/raftlab-class-XXXXXX";
    root = realpath(".", NULL);
    check(mkdtemp(folder) != NULL && chdir(folder) == 0);
    check(system("mkdir class unpacked") == 0 && chdir("class") == 0);
    check(system(script) == 0 && chdir("..") == 0);
    struct submissions submissions = submissions_find("class");
    check(submissions.n >= 0);
    return submissions;
}

static void leave(struct submissions *submissions)
{
    submissions_free(submissions);
    char *folder = realpath(".", NULL);
    check(store_remove(folder));
    free(folder);
    free(root);
}

// Has what was unpacked last a raft.h that differs from the lab's?
static bool other_header;

// Unpacks it; a refusal must have this text. NULL: it must not be refused.
static void must_unpack(const struct submissions *submissions, const char *name,
                        const char *refusal, char digest[DIGEST_SIZE])
{
    const struct submission *found = NULL;
    for (int k = 0; k < submissions->n; k++) {
        if (strcmp(submissions->all[k].name, name) == 0)
            found = &submissions->all[k];
    }
    check_that(found != NULL, "there is no %s", name);
    char *into = alloc_format("unpacked/%s", name);
    bool machine_failed;
    char *why = submission_unpack(found, root, into, digest, &machine_failed,
                                  &other_header);
    check_that(!machine_failed, "%s: %s", name, why);
    check_that((why == NULL) == (refusal == NULL), "%s: %s", name,
               why == NULL ? "not refused" : why);
    check_that(why == NULL || strstr(why, refusal) != NULL, "%s: %s", name,
               why);
    check((access(into, F_OK) == 0) == (why == NULL));
    free(why);
    free(into);
}

// All forms in which students pack it are one submission.
UNIT_TEST(submissions, forms_are_alike)
{
    struct submissions found = find(
        "mkdir -p a b/raft c/lab/raft c/lab/docs && echo 1 > a/x.c && "
        "echo 2 > a/y.h && echo 3 > a/raft.x && echo x > a/notes.txt && "
        "cp a/*.[chx] b/raft && cp a/*.[chx] c/lab/raft && mkdir a/build && "
        "echo 9 > a/build/gen.c && echo 8 > b/raft/raft.h && "
        "echo 7 | tee b/._raft > b/raft/._x.c && "
        "tar czf d.tar.gz -C b raft && tar cf e.tar -C a . && "
        "tar cJf f.tar.xz -C c lab && tar czf g.tgz -C b ./raft");
    check(found.n == 7);

    char first[DIGEST_SIZE], other[DIGEST_SIZE];
    must_unpack(&found, "a", NULL, first);
    static const char *const names[] = { "b", "c", "d", "e", "f", "g" };
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        must_unpack(&found, names[k], NULL, other);
        check_that(strcmp(first, other) == 0, "%s differs from a", names[k]);
    }
    check(system("for f in a b c d e f g; do test \"$(ls unpacked/$f | xargs)\""
                 " = 'raft.x x.c y.h' || exit; done") == 0);
    // Anybody can compute it.
    char *sum = alloc_format("cd unpacked/a && LC_ALL=C sha256sum *.[chx] | "
                             "sha256sum | grep -q '^%s '",
                             first);
    check(system(sum) == 0);
    free(sum);
    leave(&found);
}

UNIT_TEST(submissions, names_are_words_of_their_own)
{
    struct submissions found =
        find("mkdir 'a b' 'a;b' -- -x && mkdir .git && touch a_b.zip && "
             "touch readme && ln -s readme l.tar");
    check(found.n == 6);
    static const char *const names[] = { "_x",    "a_b", "a_b-2",
                                         "a_b-3", "l",   "readme" };
    for (int k = 0; k < 6; k++)
        check_that(strcmp(found.all[k].name, names[k]) == 0, "%d is %s", k,
                   found.all[k].name);
    char digest[DIGEST_SIZE];
    must_unpack(&found, "readme", "neither a folder nor", digest);
    must_unpack(&found, "l", "is a link", digest);
    check(digest[0] == '\0');
    leave(&found);
}

// Names of other characters stay apart, and stay the same whoever else is
// there.
UNIT_TEST(submissions, keeps_names_of_other_characters)
{
    struct submissions found =
        find("mkdir ann \u5b89\u5b89 && touch \u96c5\u96c5.ZIP \u5b89.zip "
             "\"$(printf 'a\\033\\nb')\".zip $(printf '%070d').zip "
             "\"$(printf '\\260\\262')\".zip");
    static const char *const all[][2] = {
        { "000000000000000000000000000000000000000000000000000000000000-3a82a2",
          "0000000000000000000000000000000000000000000000000000000000000000000"
          "000.zip" },
        { "_-094863", "\\xB0\\xB2.zip" },
        { "_-77f34a", "\u5b89.zip" },
        { "__-222154", "\u5b89\u5b89" },
        { "__-eb1be9", "\u96c5\u96c5.ZIP" },
        { "a__b", "a\\x1B\\x0Ab.zip" },
        { "ann", NULL },
    };
    check(found.n == sizeof all / sizeof *all);
    for (int k = 0; k < found.n; k++) {
        const struct submission *one = &found.all[k];
        check_that(strcmp(one->name, all[k][0]) == 0, "%d is %s", k, one->name);
        check_that(all[k][1] == NULL ? one->given == NULL
                                     : strcmp(one->given, all[k][1]) == 0,
                   "%s is given as %s", one->name, one->given);
    }
    leave(&found);
}

// The lab's raft.h counts. Another one is told, and is as if it were not there.
UNIT_TEST(submissions, tells_another_header)
{
    char *lab = realpath(".", NULL);
    char *script = alloc_format(
        "mkdir a b && echo 2 > a/a.c && cp %s/raft/raft.h a && tar cf c.tar a "
        "&& cp a/a.c b && echo 3 > b/raft.h && tar cf d.tar -C b .",
        lab);
    struct submissions found = find(script);
    free(script);
    free(lab);
    static const bool is_other[] = { false, true, false, true };
    char first[DIGEST_SIZE], digest[DIGEST_SIZE];
    for (int k = 0; k < 4; k++) {
        must_unpack(&found, found.all[k].name, NULL, k == 0 ? first : digest);
        check_that(other_header == is_other[k], "%s", found.all[k].name);
        check(k == 0 || strcmp(digest, first) == 0);
    }
    check(system("test \"$(ls unpacked/b unpacked/d | grep -c raft.h)\" = 0") ==
          0);
    leave(&found);
}

UNIT_TEST(submissions, refuses_odd_files)
{
    struct submissions found = find(
        "for f in link fifo odd dash cpp messages none gone; do "
        "mkdir $f && echo 1 > $f/a.c; done && "
        "ln -s /etc/passwd link/b.c && mkfifo fifo/b.c && "
        "touch 'odd/x&touch y;.c' && touch dash/-x.c && touch cpp/a.cpp && "
        "touch messages/other.x && mv none/a.c none/a.txt");
    check(system("rm -r class/gone") == 0);
    char digest[DIGEST_SIZE];
    must_unpack(&found, "link", "b.c is a link", digest);
    must_unpack(&found, "fifo", "b.c is no regular file", digest);
    must_unpack(&found, "odd", "rename the file \"x&touch y;.c\"", digest);
    must_unpack(&found, "dash", "rename the file \"-x.c\"", digest);
    must_unpack(&found, "cpp", "a.cpp is C++", digest);
    must_unpack(&found, "messages", "other.x: all messages stand", digest);
    must_unpack(&found, "none", "no .c file", digest);
    must_unpack(&found, "gone", "is it still there?", digest);
    leave(&found);
}

UNIT_TEST(submissions, refuses_odd_archives)
{
    struct submissions found = find(
        "mkdir a && echo 1 > a/a.c && cp a/a.c a.c && "
        "tar cPf absolute.tar \"$PWD/a/a.c\" && "
        "tar cPf parent.tar --transform 's|^a/|../|' a/a.c && "
        "ln a/a.c a/b.c && tar cf hard.tar -C a a.c b.c && rm a/b.c && "
        "ln -s /etc/passwd a/b.c && tar cf soft.tar -C a . && rm a/b.c && "
        "tar cf twice.tar a.c a.c --hard-dereference && "
        "echo nonsense > broken.tar.gz && : > empty.zip && "
        "head -c 1000 /dev/urandom > b && cat b >> a.c && rm a.c b && rm -r a");
    char digest[DIGEST_SIZE];
    must_unpack(&found, "absolute", "leads out of the archive", digest);
    must_unpack(&found, "parent", "leads out of the archive", digest);
    must_unpack(&found, "hard", "b.c is a link", digest);
    must_unpack(&found, "soft", "b.c is a link", digest);
    must_unpack(&found, "twice", "a.c is there twice", digest);
    must_unpack(&found, "broken", "cannot be read", digest);
    must_unpack(&found, "empty", "cannot be read", digest);
    leave(&found);
}

// Bombs are small as they come.
UNIT_TEST(submissions, bounds_sizes)
{
    struct submissions found =
        find("mkdir large many all && head -c 1100000 /dev/zero > large/a.c && "
             "for k in $(seq 101); do echo 1 > many/$k.c; done && "
             "for k in 1 2 3 4 5; do head -c 1M /dev/zero > all/$k.c; done && "
             "tar czf packed.tgz large && truncate -s 8T a.c && "
             "tar cSf sparse.tar a.c && truncate -s 300M a.c && "
             "tar czSf holes.tgz a.c && rm a.c");
    char digest[DIGEST_SIZE];
    must_unpack(&found, "large", "a.c is larger than 1 MB", digest);
    must_unpack(&found, "packed", "a.c is larger than 1 MB", digest);
    must_unpack(&found, "many", "more than 100 files", digest);
    must_unpack(&found, "all", "more than 4 MB", digest);
    must_unpack(&found, "sparse", "larger than 256 MB", digest);
    must_unpack(&found, "holes", "larger than 256 MB", digest);
    leave(&found);
}

// Nobody has handed in what the machine cannot read or write.
static void must_fail(struct submission submission, const char *into,
                      const char *text)
{
    char digest[DIGEST_SIZE];
    bool machine_failed;
    char *why = submission_unpack(&submission, root, into, digest,
                                  &machine_failed, &other_header);
    check(why != NULL && machine_failed);
    check_that(strstr(why, text) != NULL, "%s", why);
    free(why);
}

UNIT_TEST(submissions, tells_failures_of_the_machine)
{
    struct submissions found =
        find("mkdir a && echo 1 > a/a.c && mkdir -p b/raft c && echo 1 > "
             "b/raft/a.c && ln -s ../b/raft c/raft");
    must_fail(found.all[0], "no/such/folder", "cannot be written");
    // It is there, and its first page is not.
    struct submission unread = { .name = "d", .path = "/proc/self/mem" };
    must_fail(unread, "unpacked/d", "cannot be read (");
    char digest[DIGEST_SIZE];
    must_unpack(&found, "b", NULL, digest);
    must_unpack(&found, "c", "no .c file", digest);
    leave(&found);
}

// The class has files of its own beside the folders of the submissions.
UNIT_TEST(submissions, are_not_named_as_files_of_the_class)
{
    struct submissions submissions =
        find("mkdir index.html ann && touch grades.csv.zip");
    check(submissions.n == 3);
    for (int k = 0; k < submissions.n; k++) {
        check(strcmp(submissions.all[k].name, "index.html") != 0);
        check(strcmp(submissions.all[k].name, "grades.csv") != 0);
    }
    leave(&submissions);
}
