#include "grade/progress.h"

#include "rt/alloc.h"
#include "rt/wrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME_COLUMNS 20

struct progress progress_begin(int n, int jobs)
{
    return (struct progress){ .n = n,
                              .jobs = jobs,
                              .moves = isatty(STDOUT_FILENO) != 0 };
}

// ", 2 h 10 min left"; nothing before the first was graded. The caller frees
// it.
static char *time_left(const struct progress *progress)
{
    int left = progress->n - progress->done;
    if (progress->graded == 0 || left == 0)
        return alloc_string("");
    double each = progress->seconds / progress->graded;
    int jobs = left < progress->jobs ? left : progress->jobs;
    int minutes = (int)(each * left / jobs / 60 + 0.5);
    if (minutes < 1)
        return alloc_string(", less than a minute left");
    if (minutes < 60)
        return alloc_format(", %d min left", minutes);
    return alloc_format(", %d h %02d min left", minutes / 60, minutes % 60);
}

static void clear(const struct progress *progress)
{
    if (progress->moves)
        fputs("\r\033[K", stdout);
}

// Prints at most so many columns of the text.
static void put(const char *text, int columns)
{
    if (wrap_columns(text, (int)strlen(text)) <= columns)
        fputs(text, stdout);
    else
        printf("%.*s...", wrap_fitting(text, columns - 3), text);
}

void progress_done(struct progress *progress, const char *name,
                   const char *line, double seconds)
{
    progress->done++;
    if (seconds > 0) {
        progress->graded++;
        progress->seconds += seconds;
    }
    char *left = time_left(progress);
    char *count = alloc_format("%d/%d%s", progress->done, progress->n, left);
    clear(progress);
    int room = WRAP_COLUMNS - NAME_COLUMNS - 2 - (int)strlen(count) - 2;
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

void progress_show(const struct progress *progress, const char *under_way)
{
    if (!progress->moves)
        return;
    char *left = time_left(progress);
    char *line = alloc_format("%d of %d done%s: %s", progress->done,
                              progress->n, left, under_way);
    clear(progress);
    put(line, WRAP_COLUMNS - 1);
    fflush(stdout);
    free(line);
    free(left);
}

void progress_end(const struct progress *progress)
{
    clear(progress);
    fflush(stdout);
}
