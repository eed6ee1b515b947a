#include "tester/sentence.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void sentence_add(struct sentence *sentence, const char *format, ...)
{
    size_t room = sizeof sentence->text - sentence->length;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(sentence->text + sentence->length, room, format, args);
    va_end(args);
    if (n > 0)
        sentence->length += (size_t)n < room ? (size_t)n : room - 1;
}

static void print(const char *text, size_t length)
{
    while (length > 0) {
        ssize_t n = write(STDERR_FILENO, text, length);
        if (n <= 0)
            return;
        text += n;
        length -= (size_t)n;
    }
}

void sentence_print(const char *text, int indent)
{
    char line[SENTENCE_WIDTH + sizeof((struct sentence *)0)->text];
    int at = snprintf(line, sizeof line, "%*s", indent, "");
    bool is_empty = true;
    while (*text != '\0') {
        int word = (int)strcspn(text, " ");
        if (!is_empty && at + 1 + word > SENTENCE_WIDTH) {
            line[at++] = '\n';
            print(line, (size_t)at);
            at = snprintf(line, sizeof line, "%*s", indent + 4, "");
            is_empty = true;
        }
        at += snprintf(line + at, sizeof line - (size_t)at, "%s%.*s",
                       is_empty ? "" : " ", word, text);
        is_empty = false;
        text += word;
        text += strspn(text, " ");
    }
    line[at++] = '\n';
    print(line, (size_t)at);
}
