// Tries: hands its seeds and command line home in its report.
// aims at: the report
// never: seed is
#include "stub.h"

static void attack(struct raft *rf)
{
    (void)rf;
    static char line[100000];
    char text[2000] = "";
    size_t used = 0;
    int file = open("/proc/self/cmdline", O_RDONLY);
    ssize_t n = file < 0 ? 0 : read(file, line, sizeof line - 1);
    for (char *word = line; word < line + n; word += strlen(word) + 1)
        if (strcmp(word, "--first") == 0 && used < sizeof text - 100)
            used += (size_t)snprintf(text + used, sizeof text - used,
                                     "seed is %s\n", word + sizeof "--first");
    fprintf(stderr, "%s", text);
    abort();
}
