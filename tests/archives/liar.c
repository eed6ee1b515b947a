// In the place of the program that reads archives: says what is not so.
//
//   gcc -I. -o liar liar.c
//   liar LIE [NUMBER...]
#include "unpack/records.h"

#include <string.h>
#include <unistd.h>

static void say(int kind, const char *bytes, uint32_t n, int64_t size)
{
    struct unpack_record record = { kind, n, size };
    (void)!write(STDOUT_FILENO, &record, sizeof record);
    (void)!write(STDOUT_FILENO, bytes, strnlen(bytes, n));
}

static void say_entry(int kind, const char *path)
{
    say(kind, path, (uint32_t)strlen(path), 2);
}

static void end(void)
{
    say(UNPACK_END, "", 0, 0);
    _exit(0);
}

// At the first time: a lie about what there is.
static void list(const char *lie)
{
    if (strcmp(lie, "climbs") == 0)
        say_entry(UNPACK_FILE, "../../a.c");
    if (strcmp(lie, "odd") == 0)
        say_entry(UNPACK_FILE, "a;touch b.c");
    if (strcmp(lie, "kind") == 0)
        say_entry(UNPACK_END + 1, "a.c");
    if (strcmp(lie, "negative") == 0)
        say_entry(-1, "a.c");
    if (strcmp(lie, "early") == 0)
        say_entry(UNPACK_BYTES, "int a;");
    if (strcmp(lie, "many") == 0)
        for (;;)
            say_entry(UNPACK_FILE, "a.txt");
    if (strcmp(lie, "long") == 0)
        say(UNPACK_FILE, "a.c", 5000, 2);
    if (strcmp(lie, "giant") == 0)
        say(UNPACK_FILE, "a.c", UINT32_MAX, 2);
    if (strcmp(lie, "size") == 0)
        say(UNPACK_FILE, "a.c", 3, INT64_MAX);
    if (strcmp(lie, "less") == 0)
        say(UNPACK_FILE, "a.c", 3, -1);
    if (strcmp(lie, "colours") == 0)
        say_entry(UNPACK_DAMAGED, "\033[2J\nraftlab: all is well");
    say_entry(UNPACK_FILE, "a.c");
    if (strcmp(lie, "silent") != 0)
        end();
}

// At the second time: a lie about the bytes of a.c.
static void give(const char *lie)
{
    if (strcmp(lie, "renames") == 0)
        say_entry(UNPACK_FILE, "raft.h");
    if (strcmp(lie, "more") == 0)
        say_entry(UNPACK_BYTES, "int a;");
    if (strcmp(lie, "large") == 0)
        say(UNPACK_BYTES, "int a;", UNPACK_MOST_BYTES + 1, 0);
    if (strcmp(lie, "none") != 0)
        say_entry(UNPACK_BYTES, "int a;");
    end();
}

int main(int argc, char **argv)
{
    if (argc == 2)
        list(argv[1]);
    else
        give(argv[1]);
    return 0;
}
