// Makes lines and texts of the summary.
#include "views/lines.h"

#include "rt/clean.h"

#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

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

// The columns of the first character of a text, and its length in bytes.
static int columns_of(const char *text, int *len)
{
    wchar_t character;
    *len = mbtowc(&character, text, MB_LEN_MAX);
    if (*len > 0) {
        // A character that the C library does not know may be a new emoji.
        int columns = wcwidth(character);
        return columns == -1 && *len > 1 ? 2 : columns == -1 ? 1 : columns;
    }
    for (*len = 1; (text[*len] & 0xc0) == 0x80;)
        ++*len;
    return 1;
}

int text_columns(const char *text, int len)
{
    int columns = 0;
    int of_character;
    for (int at = 0; at < len; at += of_character)
        columns += columns_of(text + at, &of_character);
    return columns;
}

int text_fitting(const char *text, int room, bool may_break_words)
{
    int columns = 0;
    int space = 0;
    int len = 0;
    for (int of_character; text[len] != 0; len += of_character) {
        if (text[len] == ' ') {
            if (space > 0 && columns > room)
                return space;
            space = len;
            if (columns >= room)
                break;
        }
        columns += columns_of(text + len, &of_character);
        if (columns > room && len > 0 && (space > 0 || may_break_words))
            return space > 0 ? space : len;
    }
    return text[len] == 0 && columns <= room ? len : space > 0 ? space : len;
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
        int len = text_fitting(text, LINE_COLUMNS - begin, false);
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
