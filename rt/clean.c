// Control characters make a terminal move the cursor, set its title, or hide or
// reorder text. In an XML report they are not allowed, and neither are bytes
// that are not UTF-8.
#include "rt/clean.h"

#include <stdbool.h>
#include <stdint.h>

// The length of a character that begins with this byte; 0 if none does.
static size_t length_of(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return 2;
    if (first >= 0xe0 && first <= 0xef)
        return 3;
    return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

static uint32_t decode(const char *text, size_t length)
{
    const unsigned char masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
    uint32_t code = (unsigned char)text[0] & masks[length];
    for (size_t i = 1; i < length; i++)
        code = code << 6 | ((unsigned char)text[i] & 0x3f);
    return code;
}

// May this character be printed? Not if it is encoded in more bytes than it
// needs.
static bool is_fit(uint32_t code, size_t length)
{
    const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    bool is_control = (code < ' ' && code != '\n' && code != '\t') ||
                      (code >= 0x7f && code < 0xa0);
    // They make a terminal show text in another order than it has.
    bool is_order = (code >= 0x202a && code <= 0x202e) ||
                    (code >= 0x2066 && code <= 0x2069);
    // They end a line for many readers, such as ShiViz.
    bool is_line_end = code == 0x2028 || code == 0x2029;
    bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
    bool is_none = code == 0xfffe || code == 0xffff || code > 0x10ffff;
    return code >= least[length] && !is_control && !is_order && !is_line_end &&
           !is_surrogate && !is_none;
}

size_t clean_bytes(char *text, size_t size)
{
    size_t at = 0;
    while (at < size) {
        size_t length = length_of((unsigned char)text[at]);
        size_t there = 1;
        while (there < length && at + there < size &&
               is_continuation(text[at + there]))
            there++;
        if (there < length && at + there == size)
            return at;
        if (there == length && is_fit(decode(&text[at], length), length)) {
            at += length;
        } else {
            text[at++] = '?';
        }
    }
    return at;
}

void clean_text(char *text, size_t size)
{
    for (size_t done = clean_bytes(text, size); done < size; done++)
        text[done] = '?';
}
