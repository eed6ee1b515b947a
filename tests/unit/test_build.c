// Builds of submissions: what their files see, and what stops them.
#include "grade/build.h"
#include "grade/store.h"
#include "rt/alloc.h"
#include "tests/unit/sandbox.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/raftlab-build-XXXXXX";

// Builds the files of a folder with the object of a Raft, after a script there.
static struct build build(const char *script, unsigned products)
{
    check(mkdtemp(folder) != NULL);
    char *command = alloc_format("chmod 755 %s && mkdir %s/source && "
                                 "cp raft/*.[ch] raft/raft.x %s/source && "
                                 "cd %s/source && rm raft.h && %s",
                                 folder, folder, folder, folder, script);
    check(system(command) == 0);
    char *source = alloc_format("%s/source", folder),
         *made = alloc_format("%s/made", folder);
    struct build build = build_submission(source, made, products);
    free(command);
    free(source);
    free(made);
    return build;
}

static bool has_made(const char *name)
{
    char *path = alloc_format("%s/made/%s", folder, name);
    bool has = access(path, F_OK) == 0;
    free(path);
    return has;
}

// Builds raft.so; it must fail, and say so.
static void must_fail(const char *script, const char *text)
{
    struct build failed = build(script, BUILD_OBJECT);
    check_that(!failed.ok && failed.ran, "built: %s", script);
    check_that(strstr(failed.message, text) != NULL, "\"%s\" says: %s", script,
               failed.message);
    check(!has_made("raft.so") && !has_made("objects"));
    free(failed.message);
    store_remove(folder);
}

UNIT_TEST(build, makes_the_object)
{
    struct build made = build("true", BUILD_OBJECT);
    check_that(made.ok, "%s", made.message);
    check(made.message[0] == '\0' && made.fallback == NULL);
    check(has_made("raft.so") && !has_made("objects") && !has_made("simlab"));
    free(made.message);
    store_remove(folder);
}

// Paths are those that the student knows.
UNIT_TEST(build, tells_errors)
{
    must_fail("echo 'int f(void) { return y; }' > a.c",
              "raft/a.c:1:22: error:");
}

UNIT_TEST(build, refuses_a_main)
{
    must_fail("echo 'int main(void) { return 0; }' > a.c",
              "raft/a.c: defines main()");
}

// The reference is nowhere, and nothing of the machine is.
UNIT_TEST(build, sees_no_reference)
{
    must_fail("echo '#include \"raft/ticker.c\"' > a.c && rm ticker.c",
              "raft/ticker.c: No such file");
}

UNIT_TEST(build, sees_no_tests)
{
    must_fail("echo '#include \"tests/graded/test_2a.c\"' > a.c",
              "test_2a.c: No such file");
}

// In place of the link, the command prints the files within its reach that the
// link does not name, and those with the reference's code. The submission is
// the reference, but its own objects are not looked at.
static struct end_of_command look_around(const struct confinement *confinement,
                                         char *const argv[])
{
    static char look[] =
        "find build -type f | while read -r file; do"
        " grep -qF \"$file\" build/plain/parts || echo \"$file\"; done;"
        "grep -rl --exclude-dir=made handle_append_reply_locked /lab";
    if (strcmp(argv[2], "link") != 0)
        return __real_confine_run(confinement, argv);
    return __real_confine_run(confinement,
                              (char *[]){ "sh", "-c", look, NULL });
}

UNIT_TEST(build, links_without_the_reference)
{
    check(access("build/plain/raft-raft/replication.o", R_OK) == 0);
    sandbox_instead = look_around;
    struct build made = build("true", BUILD_SIMULATOR);
    check_that(strcmp(made.message, "build/plain/parts\n") == 0,
               "the link can read: %s", made.message);
    free(made.message);
    store_remove(folder);
}

// A source that takes the compiler over, by a flaw of it, leaves a script for
// the linker in the place of an object.
static struct end_of_command leave_script(const struct confinement *confinement,
                                          char *const argv[])
{
    struct end_of_command end = __real_confine_run(confinement, argv);
    if (strcmp(argv[2], "compile") != 0)
        return end;
    char *command = alloc_format(
        "echo 'INPUT(/lab/raft.x)' > %s/made/objects/plain/a.o", folder);
    check(system(command) == 0);
    free(command);
    return end;
}

UNIT_TEST(build, links_objects_alone)
{
    sandbox_instead = leave_script;
    struct build made = build("true", BUILD_SIMULATOR);
    check_that(!made.ok &&
                   strcmp(made.message, "a.o: not an object file\n") == 0,
               "it says: %s", made.message);
    free(made.message);
    store_remove(folder);
}

UNIT_TEST(build, sees_nothing_of_the_machine)
{
    char *here = realpath(".", NULL);
    char *script =
        alloc_format("echo '#include \"%s/raft/ticker.c\"' > a.c", here);
    must_fail(script, "ticker.c: No such file");
    free(script);
    free(here);
}

UNIT_TEST(build, sees_no_passwords)
{
    must_fail("echo '#include \"/etc/passwd\"' > a.c", "passwd: No such file");
}

// A file of the messages could otherwise include others, and bring C along.
UNIT_TEST(build, reads_the_xdr_language_alone)
{
    must_fail("echo '%#include <stdio.h>' >> raft.x",
              "not in the XDR language");
}

// rpcgen passes this on to C, and the judge reads no C.
UNIT_TEST(build, refuses_messages_that_the_judge_cannot_read)
{
    must_fail("echo 'const MINE = OTHER;' >> raft.x",
              "raft/raft.x, line 86: there is no constant OTHER above\n");
}

UNIT_TEST(build, bounds_memory)
{
    must_fail("echo '#include \"/dev/zero\"' > a.c",
              "raft/a.c: the compiler took more than 2048 MB of memory");
}

UNIT_TEST(build, bounds_objects)
{
    must_fail("echo 'char a[300000000] = { 1 };' > a.c",
              "raft/a.c: what the compiler writes for it is larger than");
}
