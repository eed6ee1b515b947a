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
    bool comma;  // The next value needs a comma before it.
    bool full;
};

// Begins a line of at most `size` bytes.
struct json json_begin(char *to, size_t size);

// ---- Values. name: in an object; in an array it is NULL. ----

void json_int(struct json *j, const char *name, int64_t value);
void json_float(struct json *j, const char *name, double value);
void json_bool(struct json *j, const char *name, bool value);

// Writes a text. Bytes that are not UTF-8 are written as \xff.
void json_text(struct json *j, const char *name, const char *text);

// Writes a command: as a number if it has the size of an int, else as text; if
// it is no text, as an object with its hexadecimal digits. Only the first bytes
// of a long one.
void json_command(struct json *j, const char *name, struct bytes command);

// Begin and end an object or an array.
void json_open(struct json *j, const char *name, char bracket);
void json_close(struct json *j, char bracket);

#endif
