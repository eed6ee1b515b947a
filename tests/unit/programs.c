// Runs programs of the lab with popen(3).
#include "tests/unit/programs.h"

#include "rt/alloc.h"
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

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

void outcome_expect(const struct outcome *outcome, const char *wanted)
{
    if (strstr(outcome->text, wanted) == NULL)
        puts(outcome->text);
    check_that(strstr(outcome->text, wanted) != NULL,
               "expected in the output above: \"%s\"", wanted);
}

void outcome_free(struct outcome *outcome)
{
    free(outcome->text);
}
