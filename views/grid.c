#include "views/grid.h"

#include "rt/wrap.h"
#include "views/lines.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define TIME_COLUMNS   10  // "12345.678 "
#define FEWEST_COLUMNS 7

struct grid {
    FILE *to;
    bool in_colour;
    int width;       // Of a server's column, with the space behind it.
    int across;      // The width of all columns.
    int n;           // Number of shown servers.
    int *column_of;  // By server; -1: not shown.
};

static const char *const codes[] = {
    [PLAIN] = "",
    [FAINT] = "\033[2m",
    [BOLD] = "\033[1m",
    [RED] = "\033[31m",
    [BOLD_RED] = "\033[1;31m",
    [GREEN] = "\033[32m",
    [BOLD_GREEN] = "\033[1;32m",
    [YELLOW] = "\033[33m",
    [BLUE] = "\033[34m",
    [MAGENTA] = "\033[35m",
};

static char *format_text(const char *format, va_list args)
{
    char *text = text_format(format, args);
    text_unite(text);
    return text;
}

static void paint(struct grid *grid, enum colour colour, const char *text,
                  int len)
{
    const char *code = codes[colour];
    if (grid->in_colour && *code != 0)
        fprintf(grid->to, "%s%.*s\033[0m", code, len, text);
    else
        fprintf(grid->to, "%.*s", len, text);
}

static void print_time(struct grid *grid, double ms, bool first)
{
    if (first)
        fprintf(grid->to, "%*.3f ", TIME_COLUMNS - 1, ms);
    else
        fprintf(grid->to, "%*s", TIME_COLUMNS, "");
}

void grid_say(struct grid *grid, double ms, int server, enum colour colour,
              const char *format, ...)
{
    int column = grid->column_of[server];
    if (column == -1)
        return;
    va_list args;
    va_start(args, format);
    char *all = format_text(format, args);
    va_end(args);
    bool first = true;
    for (const char *text = all; *text != 0; text += strspn(text, " ")) {
        int indent = first ? 0 : 1;
        int len = wrap_fitting(text, grid->width - 1 - indent);
        print_time(grid, ms, first);
        fprintf(grid->to, "%*s", column * grid->width + indent, "");
        paint(grid, colour, text, len);
        fputc('\n', grid->to);
        text += len;
        first = false;
    }
    free(all);
}

void grid_say_across(struct grid *grid, double ms, enum colour colour,
                     const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *all = format_text(format, args);
    va_end(args);
    bool first = true;
    for (const char *text = all; *text != 0; text += strspn(text, " ")) {
        int len = wrap_fitting(text, grid->across - 4);
        print_time(grid, ms, first);
        fprintf(grid->to, first ? "-- " : "   ");
        paint(grid, colour, text, len);
        if (first && text[len] == 0) {
            fputc(' ', grid->to);
            int columns = wrap_columns(text, len);
            for (int k = columns + 5; k < grid->across; k++)
                fputc('-', grid->to);
        }
        fputc('\n', grid->to);
        text += len;
        first = false;
    }
    free(all);
}

static void print_heading(struct grid *grid, const char *name, int n_servers)
{
    int room = TIME_COLUMNS + grid->across;
    paint(grid, BOLD, name, wrap_fitting(name, room));
    fprintf(grid->to, "\n%*s ", TIME_COLUMNS - 1, "ms");
    for (int i = 0; i < n_servers; i++)
        if (grid->column_of[i] != -1)
            fprintf(grid->to, "S%-*d", grid->width - 1, i);
    fputc('\n', grid->to);
}

struct grid *grid_make(const char *name, int n_servers,
                       const struct columns_options *options, FILE *to)
{
    struct grid *grid = calloc(1, sizeof *grid);
    if (grid == NULL ||
        (grid->column_of = calloc((size_t)n_servers, sizeof(int))) == NULL)
        abort();
    grid->to = to;
    grid->in_colour = options->in_colour;
    for (int i = 0; i < n_servers; i++)
        grid->column_of[i] = options->servers >> i & 1 ? grid->n++ : -1;
    grid->across = options->width - TIME_COLUMNS;
    grid->width = grid->across / (grid->n > 0 ? grid->n : 1);
    if (grid->width < FEWEST_COLUMNS)
        grid->width = FEWEST_COLUMNS;
    print_heading(grid, name, n_servers);
    return grid;
}

void grid_free(struct grid *grid)
{
    free(grid->column_of);
    free(grid);
}
