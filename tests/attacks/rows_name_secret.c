// Tries: rows of failures whose output and record are the secret and the
// list of users.
// aims at: the report
// never: root:x:
// wall: none
#include "rows.h"

static void attack_rows(const char *path)
{
    FILE *rows = fopen(path, "w");
    if (rows == NULL)
        return;
    fprintf(rows, "[\n");
    write_row(rows, 1, "failed",
              ",\"message\":\"no\",\"log\":\"" SECRET "\",\"record\":\"" SECRET
              "\"");
    fprintf(rows, "\n]\n");
    fflush(rows);
}
