// Tries: rows that a JSON reader accepts and nobody wrote: an unknown test,
// negative and huge figures, HTML and escapes in names and messages, a
// million of one test.
// aims at: the grader
#include "rows.h"

static void attack_rows(const char *path)
{
    FILE *rows = fopen(path, "w");
    if (rows == NULL)
        return;
    fprintf(rows,
            "[{\"suite\":\"<script>alert(1)</script>\",\"test\":\"\\u001b[2J\","
            "\"run\":-1,\"seed\":18446744073709551615,\"result\":\"passed\","
            "\"seconds\":-1e300,\"rpcs\":99999999999999},\n");
    for (int k = 0; k < 100000; k++) {
        write_row(rows, 1, k % 2 == 0 ? "passed" : "inconclusive",
                  ",\"message\":\"=1+1</script><script>alert(2)\\u0007\"");
        fprintf(rows, ",\n");
    }
    write_row(rows, 1, "passed", "");
    fprintf(rows, "\n]\n");
    fflush(rows);
}
