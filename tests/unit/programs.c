// Runs programs of the lab with popen(3).
#include "tests/unit/programs.h"

#include "rt/alloc.h"

#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <criterion/stats.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

// Criterion counts zero tests of zero as a success otherwise.
ReportHook(POST_ALL)(struct criterion_global_stats *stats)
{
    if (stats->nb_tests > stats->tests_skipped)
        return;
    fputs("unit: no test's name contains what T= asks for\n", stderr);
    exit(2);
}

// The output may contain zeros; the text has question marks for them.
static char *read_all(FILE *file)
{
    size_t len = 0;
    size_t size = 1 << 16;
    char *text = alloc(size);
    size_t got;
    while ((got = fread(text + len, 1, size - len - 1, file)) > 0) {
        len += got;
        if (size - len - 1 > 0)
            continue;
        size *= 2;
        text = alloc_resize(text, size, 1);
    }
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\0')
            text[i] = '?';
    }
    text[len] = '\0';
    return text;
}

struct outcome run_program(int limit_s, const char *command)
{
    // Criterion's mark on this process would make it take over the other one.
    unsetenv("BXFI_MAP");
    char *line = alloc_format("timeout %d %s 2>&1", limit_s, command);
    struct outcome outcome = { .status = -1 };
    FILE *pipe = popen(line, "r");
    if (pipe != NULL) {
        outcome.text = read_all(pipe);
        int wait_status = pclose(pipe);
        if (WIFEXITED(wait_status))
            outcome.status = WEXITSTATUS(wait_status);
    } else {
        outcome.text = alloc_string("popen failed");
    }
    free(line);
    return outcome;
}

void outcome_free(struct outcome *outcome)
{
    free(outcome->text);
}
