#include "judge/tokens.h"

#include "rt/alloc.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tokens_fail(struct tokens *t, int line, const char *format, ...)
{
    char text[3 * MAX_WORD];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (t->wrong == NULL)
        t->wrong = alloc_format("line %d: %s", line, text);
    t->at = t->end;
    t->kind = TOKEN_END;
    t->text[0] = '\0';
}

static bool is_among(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

// Not isalpha(3): the language has no letters but these.
static bool is_of_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_';
}

// Passes over blanks and comments.
static void skip_blanks(struct tokens *t)
{
    bool in_comment = false;
    for (; t->at < t->end; t->at++) {
        bool has_two = t->end - t->at >= 2;
        if (*t->at == '\n')
            t->line++;
        if (in_comment && has_two && memcmp(t->at, "*/", 2) == 0) {
            in_comment = false;
            t->at++;
        } else if (!in_comment && has_two && memcmp(t->at, "/*", 2) == 0) {
            in_comment = true;
            t->at++;
        } else if (!in_comment && !is_among(*t->at, " \t\r\n")) {
            return;
        }
    }
    if (in_comment)
        tokens_fail(t, t->line, "a comment does not end");
}

// The number that text[] has is that of C: 010 is eight.
static void read_number(struct tokens *t)
{
    char *end;
    errno = 0;
    t->number = strtoll(t->text, &end, 0);
    if (*end != '\0' || end == t->text)
        tokens_fail(t, t->line, "\"%s\" is no number", t->text);
    else if (errno == ERANGE)
        tokens_fail(t, t->line, "%s is too large a number", t->text);
}

static void read_word(struct tokens *t, bool is_number)
{
    size_t len = is_number ? 1 : 0;  // Perhaps a sign.
    while (t->at + len < t->end && is_of_word(t->at[len]))
        len++;
    if (len > MAX_WORD) {
        tokens_fail(t, t->line, "a word of more than %d characters", MAX_WORD);
        return;
    }
    memcpy(t->text, t->at, len);
    t->text[len] = '\0';
    t->at += len;
    t->kind = is_number ? TOKEN_NUMBER : TOKEN_WORD;
    if (is_number)
        read_number(t);
}

void tokens_next(struct tokens *t)
{
    skip_blanks(t);
    t->kind = TOKEN_END;
    t->text[0] = '\0';
    if (t->at == t->end)
        return;
    char c = *t->at;
    if ((c >= '0' && c <= '9') || c == '-') {
        read_word(t, true);
    } else if (is_of_word(c)) {
        read_word(t, false);
    } else if (is_among(c, "{}()<>[];:,=*")) {
        t->kind = TOKEN_MARK;
        t->text[0] = c;
        t->text[1] = '\0';
        t->at++;
    } else {
        tokens_fail(t, t->line,
                    "not in the XDR language: there are only struct, const and "
                    "the like here, and comments /* ... */");
    }
}

struct tokens tokens_begin(struct bytes text)
{
    const char *from = text.len > 0 ? text.data : "";
    struct tokens t = { .at = from, .end = from + text.len, .line = 1 };
    tokens_next(&t);
    return t;
}

bool tokens_take(struct tokens *t, const char *text)
{
    bool is_it = t->kind != TOKEN_END && strcmp(t->text, text) == 0;
    if (is_it)
        tokens_next(t);
    return is_it;
}

void tokens_want(struct tokens *t, const char *text)
{
    if (tokens_take(t, text))
        return;
    if (t->kind == TOKEN_END)
        tokens_fail(t, t->line, "the file ends where \"%s\" must stand", text);
    else
        tokens_fail(t, t->line, "\"%s\" stands where \"%s\" must", t->text,
                    text);
}
