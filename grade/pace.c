#include "grade/pace.h"

#include "rt/alloc.h"
#include "rt/wrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME_COLUMNS 20

struct pace pace_begin(int n, int jobs)
{
    return (struct pace){ .n = n,
                          .jobs = jobs,
                          .moves = isatty(STDOUT_FILENO) != 0 };
}

// ", 2h10 left"; nothing before the first was graded. The caller frees
// it.
static char *time_left(const struct pace *pace)
{
    int left = pace->n - pace->done;
    if (pace->graded == 0 || left == 0)
        return alloc_string("");
    double each = pace->seconds / pace->graded;
    int jobs = left < pace->jobs ? left : pace->jobs;
    int minutes = (int)(each * left / jobs / 60 + 0.5);
    if (minutes < 1)
        return alloc_string(", <1 min left");
    if (minutes < 60)
        return alloc_format(", %d min left", minutes);
    return alloc_format(", %dh%02d left", minutes / 60, minutes % 60);
}

static void clear(const struct pace *pace)
{
    if (pace->moves)
        fputs("\r\033[K", stdout);
}

// Prints at most so many columns of the text.
static void put(const char *text, int columns)
{
    if (wrap_columns(text, (int)strlen(text)) <= columns)
        fputs(text, stdout);
    else
        printf("%.*s...", wrap_cut(text, columns - 3), text);
}

void pace_done(struct pace *pace, const char *name, const char *line,
               double seconds)
{
    pace->done++;
    if (seconds > 0) {
        pace->graded++;
        pace->seconds += seconds;
    }
    char *left = time_left(pace);
    char *count = alloc_format("%d/%d%s", pace->done, pace->n, left);
    clear(pace);
    int room = wrap_terminal() - NAME_COLUMNS - 2 - (int)strlen(count) - 2;
    put(name, NAME_COLUMNS);
    int pad = NAME_COLUMNS - wrap_columns(name, (int)strlen(name));
    printf("%*s", 2 + (pad > 0 ? pad : 0), "");
    put(line, room);
    pad = room - wrap_columns(line, (int)strlen(line));
    printf("%*s%s\n", 2 + (pad > 0 ? pad : 0), "", count);
    fflush(stdout);
    free(count);
    free(left);
}

void pace_show(const struct pace *pace, const char *under_way)
{
    if (!pace->moves)
        return;
    char *left = time_left(pace);
    char *line = alloc_format("%d of %d done%s: %s", pace->done, pace->n, left,
                              under_way);
    clear(pace);
    put(line, wrap_terminal() - 1);
    fflush(stdout);
    free(line);
    free(left);
}

void pace_end(const struct pace *pace)
{
    clear(pace);
    fflush(stdout);
}
