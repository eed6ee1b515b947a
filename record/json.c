#include "record/json.h"

#include <stdio.h>
#include <string.h>

// The most bytes of a command that are written.
#define MAX_COMMAND 200

struct json json_begin(char *to, size_t size)
{
    return (struct json){ .at = to, .end = to + size };
}

static void put(struct json *j, const char *bytes, size_t len)
{
    if ((size_t)(j->end - j->at) < len) {
        j->full = true;
        return;
    }
    memcpy(j->at, bytes, len);
    j->at += len;
}

static void put_char(struct json *j, char c)
{
    put(j, &c, 1);
}

// As put, for bytes that are known to fit.
static void put_fitting(struct json *j, const char *bytes, size_t len)
{
    memcpy(j->at, bytes, len);
    j->at += len;
}

static void put_string(struct json *j, const char *text)
{
    put(j, text, strlen(text));
}

// Writes the part before a value: comma, name, colon.
static void put_name(struct json *j, const char *name)
{
    size_t len = name != NULL ? strlen(name) : 0;
    if ((size_t)(j->end - j->at) < len + sizeof ",\"\":") {
        j->full = true;
        return;
    }
    if (j->comma)
        put_fitting(j, ",", 1);
    j->comma = true;
    if (name == NULL)
        return;
    put_fitting(j, "\"", 1);
    put_fitting(j, name, len);
    put_fitting(j, "\":", 2);
}

void json_open(struct json *j, const char *name, char bracket)
{
    put_name(j, name);
    put_char(j, bracket);
    j->comma = false;
}

void json_close(struct json *j, char bracket)
{
    put_char(j, bracket);
    j->comma = true;
}

void json_int(struct json *j, const char *name, int64_t value)
{
    put_name(j, name);
    char digits[24];
    char *at = digits + sizeof digits;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        *--at = '-';
    put(j, at, (size_t)(digits + sizeof digits - at));
}

void json_float(struct json *j, const char *name, double value)
{
    char digits[64];
    int n = snprintf(digits, sizeof digits, "%.6f", value);
    put_name(j, name);
    put(j, digits, (size_t)n);
}

void json_bool(struct json *j, const char *name, bool value)
{
    put_name(j, name);
    put_string(j, value ? "true" : "false");
}

// ---- Text ----

static void put_hex(struct json *j, unsigned char byte)
{
    static const char digits[] = "0123456789abcdef";
    put_char(j, digits[byte >> 4]);
    put_char(j, digits[byte & 15]);
}

// The length of the UTF-8 character that begins here; 0 if there is none: it is
// incomplete, encoded in too many bytes, a surrogate, or above U+10FFFF.
static size_t character(const unsigned char *at, size_t len)
{
    if (at[0] < 0x80)
        return 1;
    size_t n = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    if (at[0] < 0xc2 || at[0] > 0xf4 || n > len)
        return 0;
    for (size_t k = 1; k < n; k++) {
        if ((at[k] & 0xc0) != 0x80)
            return 0;
    }
    bool is_wrong =
        (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
        (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f);
    return is_wrong ? 0 : n;
}

// U+0000 to U+001F, and U+007F to U+009F.
static bool is_control(const unsigned char *at, size_t size)
{
    return size == 1 ? at[0] < 0x20 || at[0] == 0x7f
                     : at[0] == 0xc2 && at[1] < 0xa0;
}

static void put_control(struct json *j, const unsigned char *at, size_t size)
{
    put_string(j, "\\u00");
    put_hex(j, at[size - 1]);
}

// Writes a character, or a byte that is none, in a JSON string.
static void put_character(struct json *j, const unsigned char *at, size_t size)
{
    if (size == 0) {
        put_string(j, "\\\\x");
        put_hex(j, at[0]);
    } else if (is_control(at, size)) {
        put_control(j, at, size);
    } else {
        if (at[0] == '"' || at[0] == '\\')
            put_char(j, '\\');
        put(j, (const char *)at, size);
    }
}

// The number of bytes from here on that need no escape in a JSON string: nearly
// all.
static size_t count_plain(const unsigned char *at, const unsigned char *end)
{
    const unsigned char *from = at;
    while (at < end && *at >= 0x20 && *at < 0x7f && *at != '"' && *at != '\\')
        at++;
    return (size_t)(at - from);
}

static void put_quoted(struct json *j, const void *text, size_t len)
{
    put_char(j, '"');
    const unsigned char *at = text, *end = at + len;
    while (at < end) {
        size_t n_plain = count_plain(at, end);
        put(j, (const char *)at, n_plain);
        at += n_plain;
        if (at == end)
            break;
        size_t size = character(at, (size_t)(end - at));
        put_character(j, at, size);
        at += size > 0 ? size : 1;
    }
    put_char(j, '"');
}

void json_text(struct json *j, const char *name, const char *text)
{
    put_name(j, name);
    put_quoted(j, text, strlen(text));
}

// ---- Commands ----

// The number of bytes, from the first on, that are printable characters. All,
// if the command is text; its last character may be incomplete.
static size_t count_text(const unsigned char *bytes, size_t len)
{
    size_t n = 0;
    while (n < len) {
        size_t size = character(bytes + n, len - n);
        if (size == 0 || is_control(bytes + n, size))
            break;
        n += size;
    }
    return n;
}

static void put_digits(struct json *j, const unsigned char *bytes, size_t len)
{
    put_name(j, "hex");
    put_char(j, '"');
    for (size_t k = 0; k < len; k++)
        put_hex(j, bytes[k]);
    put_char(j, '"');
}

// Writes a command that is no plain string: as an object.
static void put_long(struct json *j, struct bytes command, size_t n_text,
                     bool is_text)
{
    size_t shown = command.len > MAX_COMMAND ? MAX_COMMAND : command.len;
    json_open(j, NULL, '{');
    if (is_text) {
        put_name(j, "text");
        put_quoted(j, command.data, n_text);
    } else {
        put_digits(j, command.data, shown);
    }
    if (command.len > shown)
        json_int(j, "bytes", (int64_t)command.len);
    json_close(j, '}');
}

void json_command(struct json *j, const char *name, struct bytes command)
{
    int number;
    if (command.len == sizeof number) {
        memcpy(&number, command.data, sizeof number);
        json_int(j, name, number);
        return;
    }
    put_name(j, name);
    size_t shown = command.len > MAX_COMMAND ? MAX_COMMAND : command.len;
    size_t n_text = count_text(command.data, shown);
    // A long one may be cut within a character.
    bool is_text =
        n_text == shown || (command.len > shown && shown - n_text < 4);
    j->comma = false;  // put_name has written it.
    if (is_text && command.len <= MAX_COMMAND)
        put_quoted(j, command.data, n_text);
    else
        put_long(j, command, n_text, is_text);
    j->comma = true;
}
