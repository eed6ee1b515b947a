// Tries: the file of rows is a link to the secret, whose first line a
// message could show.
// aims at: the report
#include "rows.h"

static void attack_rows(const char *path)
{
    unlink(path);
    if (symlink(SECRET, path) != 0)
        stopped();
}
