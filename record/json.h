// Writes a line of JSON into a piece of memory. The end is left out if it
// does not fit, and `full` is set. Takes no lock and allocates nothing.
#ifndef RECORD_JSON_H
#define RECORD_JSON_H

#include "rt/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json {
    char *at;
    char *end;
    bool comma;  // A value stands before: the next one needs a comma.
    bool full;
};

// Begins to write at most `size` bytes.
struct json json_begin(char *to, size_t size);

// ---- Values. In an object each has a name; in an array it is NULL. ----

void json_int(struct json *j, const char *name, int64_t value);
void json_real(struct json *j, const char *name, double value);
void json_bool(struct json *j, const char *name, bool value);

// Writes a text. Bytes that are not UTF-8 are written as \xff.
void json_text(struct json *j, const char *name, const char *text);

// A command: a number if it is the size of an int, else text or, if it is none,
// an object with its hexadecimal digits. Only the first bytes of a long one.
void json_command(struct json *j, const char *name, struct bytes command);

// An object, an array; and its end.
void json_open(struct json *j, const char *name, char bracket);
void json_close(struct json *j, char bracket);

#endif
