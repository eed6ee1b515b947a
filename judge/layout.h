// The layout of messages, as a raft.x in the XDR language (RFC 4506) describes
// it. The file is a student's: it is read as data, never compiled. Whatever it
// contains, reading it takes little time and memory.
#ifndef JUDGE_LAYOUT_H
#define JUDGE_LAYOUT_H

#include "rt/bytes.h"

#include <stdbool.h>
#include <stdint.h>

// The largest file.
#define MAX_LAYOUT (1 << 16)

// How many values of its type a declaration has.
enum form {
    FORM_ONE,
    FORM_OPTIONAL,  // 0 or 1.
    FORM_FIXED,
    FORM_VARIABLE,
};

// A field, an arm of a union, or what a typedef stands for.
struct declaration {
    const char *name;
    const char *type_name;
    struct type *type;  // NULL: void.
    enum form form;
    uint32_t length;          // FORM_FIXED. FORM_VARIABLE: at most so many.
    const char *length_name;  // Of the constant that it is; or NULL.
    int line;
    struct declaration *next;
};

// An arm of a union, for one value of its discriminant.
struct arm {
    int64_t value;
    const char *value_name;  // As length_name.
    bool is_default;
    struct declaration *declaration;
    int line;
    struct arm *next;
};

enum type_kind {
    TYPE_WORDS,   // A number: `size` bytes.
    TYPE_OPAQUE,  // Elements are bytes.
    TYPE_STRING,  // Likewise.
    TYPE_STRUCT,
    TYPE_ALIAS,  // A typedef: as a struct with this one field.
    TYPE_UNION,
};

struct type {
    const char *name;
    enum type_kind kind;
    bool is_int;  // Its C type is int: it is an int or a bool.

    // Of an empty value, in bytes; of a union at most. From 4 on, but for
    // opaque and string.
    uint64_t size;
    bool is_measured, is_being_measured;

    struct declaration *fields;  // Of a union the discriminant.
    struct arm *arms;
    int line;
    struct type *next;
};

struct layout;

// Reads it. NULL if it is wrong; then the caller frees *wrong, which says what.
// layout_free frees the layout.
struct layout *layout_read(struct bytes text, char **wrong);
void layout_free(struct layout *layout);

// The type of this name; or NULL.
const struct type *layout_type(const struct layout *layout, const char *name);

// The constant of this name. False if there is none.
bool layout_constant(const struct layout *layout, const char *name,
                     int64_t *value);

// Sees through typedefs.
static inline const struct declaration *layout_plain(
    const struct declaration *declaration)
{
    while (declaration->form == FORM_ONE && declaration->type != NULL &&
           declaration->type->kind == TYPE_ALIAS)
        declaration = declaration->type->fields;
    return declaration;
}

#endif
