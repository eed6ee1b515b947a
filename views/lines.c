// Makes lines and texts of the summary.
#include "views/lines.h"

#include "rt/clean.h"
#include "rt/wrap.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_unite(char *text)
{
    for (char *at = text; *at != 0; at++)
        if (*at == NO_BREAK)
            *at = ' ';
}

static void push(struct lines *lines, const char *text, int len, int indent)
{
    size_t bytes = (size_t)(lines->n + 1) * sizeof *lines->each;
    lines->each = realloc(lines->each, bytes);
    if (lines->each == NULL || asprintf(&lines->each[lines->n++], "%*s%.*s",
                                        indent, "", len, text) < 0)
        abort();
    text_unite(lines->each[lines->n - 1]);
}

char *text_format(const char *format, va_list args)
{
    char *text;
    if (vasprintf(&text, format, args) < 0)
        abort();
    for (char *at = text; *at != 0; at++)
        if (*at == '\n' || *at == '\t')
            *at = ' ';
    // Cleaned part by part, since NO_BREAK is a control character.
    for (char *at = text; *at != 0;) {
        char *end = strchrnul(at, NO_BREAK);
        clean_text(at, (size_t)(end - at));
        at = *end == 0 ? end : end + 1;
    }
    return text;
}

void lines_add(struct lines *lines, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *all = text_format(format, args);
    va_end(args);

    int indent = (int)strspn(all, " ");
    const char *text = all + indent;
    bool first = true;
    while (*text != 0) {
        int begin = first ? indent : indent + 2;
        int len = wrap_fitting(text, LINE_COLUMNS - begin);
        push(lines, text, len, begin);
        text += len + (int)strspn(text + len, " ");
        first = false;
    }
    free(all);
}

void lines_add_row(struct lines *lines, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *row = text_format(format, args);
    va_end(args);
    push(lines, row, (int)strlen(row), 0);
    free(row);
}

void lines_cut(struct lines *lines, int most)
{
    if (lines->n <= most)
        return;
    while (lines->n >= most)
        free(lines->each[--lines->n]);
    lines_add_row(lines, "    ...");
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
