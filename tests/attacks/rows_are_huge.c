// Tries: a file of rows of 300 megabytes, nearly all of it a hole.
// aims at: the grader
#include "rows.h"

static void attack_rows(const char *path)
{
    FILE *rows = fopen(path, "w");
    if (rows == NULL)
        return;
    fprintf(rows, "[\n");
    fflush(rows);
    if (ftruncate(fileno(rows), 300000000) != 0)
        stopped();
}
