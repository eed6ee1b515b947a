#include "rt/html.h"

static void put(char character, FILE *to)
{
    switch (character) {
    case '<':
        fputs("&lt;", to);
        break;
    case '>':
        fputs("&gt;", to);
        break;
    case '&':
        fputs("&amp;", to);
        break;
    case '"':
        fputs("&quot;", to);
        break;
    case '\'':
        fputs("&#39;", to);
        break;
    default:
        fputc(character, to);
    }
}

void html_put(const char *text, FILE *to)
{
    for (; *text != '\0'; text++)
        put(*text, to);
}

void html_put_name(const char *name, FILE *to)
{
    for (; *name != '\0'; name++) {
        put(*name, to);
        if (*name == '_')
            fputs("<wbr>", to);
    }
}
