// An archive that has taken over the program which reads it.
#include "grade/archive.h"
#include "grade/store.h"
#include "rt/alloc.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/raftlab-archive-XXXXXX";

// Makes an archive with a.c, and a program in tests/archives, in the folder.
static void begin(const char *compile)
{
    check(mkdtemp(folder) != NULL && chmod(folder, 0755) == 0);
    char *command =
        alloc_format("f=%s && gcc -O1 -I. %s && echo 'int a;' > $f/a.c && "
                     "tar cf $f/a.tar -C $f a.c",
                     folder, compile);
    check(system(command) == 0);
    free(command);
}

static void end(void)
{
    check(store_remove(folder));
}

// Reads the archive by a program, a line of a shell. It is refused with this
// text, or, if that is NULL, taken.
static void must_end(const char *line, const char *text)
{
    char *root = realpath(".", NULL);
    char *program = alloc_format("%s/program", folder);
    FILE *to = fopen(program, "w");
    check(to != NULL);
    fprintf(to, "#!/bin/sh\nf=%s root=%s\n%s \"$@\"\n", folder, root, line);
    check(fclose(to) == 0 && chmod(program, 0755) == 0);
    char *path = alloc_format("%s/a.tar", folder);

    struct raft_files files = { .n = 0 };
    char *why = archive_read_raft(path, program, &files);
    check_that(!files.machine_failed, "%s: %s", line, why);
    check_that((why == NULL) == (text == NULL), "%s: %s", line,
               why == NULL ? "taken" : why);
    check_that(why == NULL || strstr(why, text) != NULL, "%s: %s", line, why);
    check_that(why == NULL || strpbrk(why, "\n\033") == NULL, "%s: %s", line,
               why);
    check(files.n == (why == NULL ? 1 : 0));

    raft_files_free(&files);
    free(why);
    free(path);
    free(program);
    free(root);
}

UNIT_TEST(archive, reaches_nothing)
{
    begin("-shared -fPIC -o $f/hole.so tests/archives/hole.c");
    static const char attacks[][2][50] = {
        { "reach", "(nothing is within reach)" },
        { "eat", "(no more memory)" },
        { "crash", "ends what reads it (signal 11," },
        { "abort", "ends what reads it (signal " },
        { "spin", "s of processor time" },
    };
    for (size_t k = 0; k < sizeof attacks / sizeof *attacks; k++) {
        char *line = alloc_format("[ %s != spin ] || ulimit -S -t 2; "
                                  "ATTACK=%s LD_PRELOAD=$f/hole.so "
                                  "exec $root/build/plain/unpacker",
                                  attacks[k][0], attacks[k][0]);
        must_end(line, attacks[k][1]);
        free(line);
    }
    end();
}

UNIT_TEST(archive, is_not_believed)
{
    begin("-o $f/liar tests/archives/liar.c");
    static const char lies[][2][50] = {
        { "climbs", "leads out of the archive" },
        { "odd", "rename the file" },
        { "kind", "makes no sense" },
        { "negative", "makes no sense" },
        { "early", "makes no sense" },
        { "many", "more than 20000 files" },
        { "long", "makes no sense" },
        { "giant", "makes no sense" },
        { "size", "larger than 256 MB" },
        { "less", "larger than 256 MB" },
        { "colours", "cannot be read (?[2J?raftlab" },
        { "silent", "makes no sense" },
        { "renames", "makes no sense" },
        { "more", "makes no sense" },
        { "large", "makes no sense" },
        { "none", "makes no sense" },
    };
    must_end("exec $f/liar honest", NULL);
    for (size_t k = 0; k < sizeof lies / sizeof *lies; k++) {
        char *line = alloc_format("exec $f/liar %s", lies[k][0]);
        must_end(line, lies[k][1]);
        free(line);
    }
    must_end("exit 3;", "ends what reads it (status 3)");
    end();
}

// Then nobody has handed in anything wrong.
UNIT_TEST(archive, tells_a_program_that_is_not_there)
{
    begin("-o $f/liar tests/archives/liar.c");
    char *path = alloc_format("%s/a.tar", folder);
    struct raft_files files = { .n = 0 };
    char *why = archive_read_raft(path, "/no/unpacker", &files);
    check(why != NULL && files.machine_failed);
    check_that(strstr(why, "make grade-parts builds it") != NULL, "%s", why);
    free(why);
    free(path);
    end();
}
