// Tries: writes the rows that it is asked for, of passed runs.
// aims at: the runner
#include "rows.h"

static void attack_rows(const char *path)
{
    FILE *rows = fopen(path, "w");
    for (int run = 1; rows != NULL && run <= n_runs; run++) {
        fprintf(rows, run == 1 ? "[\n" : ",\n");
        write_row(rows, run, "passed", "");
    }
    if (rows != NULL)
        fprintf(rows, "\n]\n");
    fflush(rows);
}
