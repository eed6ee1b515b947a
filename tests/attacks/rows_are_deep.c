// Tries: rows that are arrays in arrays, a million deep, and numbers out of
// range.
// aims at: the grader
#include "rows.h"

static void attack_rows(const char *path)
{
    FILE *rows = fopen(path, "w");
    if (rows == NULL)
        return;
    fprintf(rows, "[\n{\"run\":1e999,\"seed\":-99999999999999999999},\n");
    for (int k = 0; k < 1000000; k++)
        fputc('[', rows);
    fflush(rows);
}
