#include "rt/wrap.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#define FEWEST_COLUMNS 40

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

int wrap_columns(const char *text, int len)
{
    int columns = 0;
    int of_character;
    for (int at = 0; at < len; at += of_character)
        columns += columns_of(text + at, &of_character);
    return columns;
}

int wrap_fitting(const char *text, int room)
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
        if (columns > room && len > 0)
            return space > 0 ? space : len;
    }
    return text[len] == 0 && columns <= room ? len : space > 0 ? space : len;
}

int wrap_cut(const char *text, int room)
{
    int len = 0, columns = 0;
    while (text[len] != 0) {
        int of_character;
        columns += columns_of(text + len, &of_character);
        if (columns > room && len > 0)
            break;
        len += of_character;
    }
    return len;
}

int wrap_terminal(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 ||
        size.ws_col > WRAP_COLUMNS)
        return WRAP_COLUMNS;
    return size.ws_col < FEWEST_COLUMNS ? FEWEST_COLUMNS : size.ws_col;
}

void wrap_cell(const char *text, int columns)
{
    int wide = wrap_columns(text, (int)strlen(text));
    if (wide > columns) {
        wrap_print(text, 0, 2, stdout);
        wide = 0;
    } else {
        fputs(text, stdout);
    }
    printf("%*s", columns - wide, "");
}

void wrap_print_in(int columns, const char *text, int begun, int indent,
                   FILE *to)
{
    for (bool first = true; first || *text != 0; first = false) {
        if (!first)
            fprintf(to, "%*s", indent, "");
        int room = columns - (first ? begun : indent);
        int len = wrap_fitting(text, room > 0 ? room : 1);
        fprintf(to, "%.*s\n", len, text);
        text += len + (int)strspn(text + len, " ");
    }
}

void wrap_print(const char *text, int begun, int indent, FILE *to)
{
    wrap_print_in(WRAP_COLUMNS, text, begun, indent, to);
}
