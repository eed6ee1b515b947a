// Tries: control sequences of a terminal in the reason of a failure.
// aims at: the report
#include "rows.h"

static void attack_rows(const char *path)
{
    FILE *rows = fopen(path, "w");
    if (rows == NULL)
        return;
    fprintf(rows, "[\n");
    write_row(rows, 1, "failed",
              ",\"message\":\"\\u001b]0;owned\\u0007\\u001b[2J\\u001b[H\\u009b"
              "all passed\\u001b[8m\"");
    fprintf(rows, "\n]\n");
    fflush(rows);
}
