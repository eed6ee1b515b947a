// Makes lines and texts of the summary.
#include "views/lines.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void push(struct lines *lines, const char *text, int len, int indent)
{
    size_t bytes = (size_t)(lines->n + 1) * sizeof *lines->each;
    lines->each = realloc(lines->each, bytes);
    if (lines->each == NULL || asprintf(&lines->each[lines->n++], "%*s%.*s",
                                        indent, "", len, text) < 0)
        abort();
    for (char *at = lines->each[lines->n - 1]; *at != 0; at++)
        if (*at == NO_BREAK)
            *at = ' ';
}

static int columns(const char *text, int len)
{
    int n = 0;
    for (int i = 0; i < len; i++)
        n += (text[i] & 0xc0) != 0x80;  // Counts first bytes of characters.
    return n;
}

// The length of a text's first line, so that it fits.
static int fitting(const char *text, int room)
{
    int fits = 0;
    for (int len = 1;; len++) {
        bool ends = text[len] == 0;
        if ((ends || text[len] == ' ') &&
            (fits == 0 || columns(text, len) <= room))
            fits = len;
        if (ends)
            return fits;
    }
}

void lines_add(struct lines *lines, const char *format, ...)
{
    char *all;
    va_list args;
    va_start(args, format);
    if (vasprintf(&all, format, args) < 0)
        abort();
    va_end(args);

    int indent = (int)strspn(all, " ");
    const char *text = all + indent;
    bool first = true;
    while (*text != 0) {
        int begin = first ? indent : indent + 2;
        int len = fitting(text, LINE_COLUMNS - begin);
        push(lines, text, len, begin);
        text += len + (int)strspn(text + len, " ");
        first = false;
    }
    free(all);
}

void lines_add_row(struct lines *lines, const char *format, ...)
{
    char *row;
    va_list args;
    va_start(args, format);
    if (vasprintf(&row, format, args) < 0)
        abort();
    va_end(args);
    push(lines, row, (int)strlen(row), 0);
    free(row);
}

void lines_free(struct lines *lines)
{
    for (int i = 0; i < lines->n; i++)
        free(lines->each[i]);
    free(lines->each);
    *lines = (struct lines){ 0 };
}

// Returns one of several buffers in turn, so that a sentence can have several
// texts.
static char *next_buffer(size_t *size)
{
    static char buffers[8][400];
    static int next;
    *size = sizeof buffers[0];
    return buffers[next++ % 8];
}

const char *servers_text(unsigned long set)
{
    size_t size;
    char *text = next_buffer(&size);
    size_t len = 0;
    text[0] = 0;
    int left = __builtin_popcountl(set);
    for (int i = 0; left > 0; i++) {
        if ((set >> i & 1) == 0)
            continue;
        left--;
        const char *after = left == 0 ? "" : left == 1 ? " and " : ", ";
        int n = snprintf(text + len, size - len, "S%d%s", i, after);
        len += (size_t)n;
    }
    return text;
}

const char *duration_text(double ms)
{
    size_t size;
    char *text = next_buffer(&size);
    if (ms < 0.1)
        snprintf(text, size, "less than 0.1 ms");
    else if (ms < 10)
        snprintf(text, size, "%.1f ms", ms);
    else if (ms < 1000)
        snprintf(text, size, "%.0f ms", ms);
    else
        snprintf(text, size, "%.1f s", ms / 1000);
    for (char *at = text; *at != 0; at++)
        if (*at == ' ')
            *at = NO_BREAK;
    return text;
}

const char *times_text(int n)
{
    size_t size;
    char *text = next_buffer(&size);
    if (n == 1 || n == 2)
        snprintf(text, size, n == 1 ? "once" : "twice");
    else
        snprintf(text, size, "%d times", n);
    return text;
}

const char *entry_text(int index, int term)
{
    size_t size;
    char *text = next_buffer(&size);
    if (term == 0 && index > 0)
        snprintf(text, size, "%d", index);
    else
        snprintf(text, size, "%d@T%d", index, term);
    return text;
}
