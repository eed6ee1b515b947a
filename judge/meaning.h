// Finds what the names of a layout mean.
#ifndef JUDGE_MEANING_H
#define JUDGE_MEANING_H

#include "judge/layout.h"
#include "judge/tokens.h"

struct constant {
    const char *name;
    int64_t value;
    struct constant *next;
};

// In the order of the file.
struct definitions {
    struct type *types;
    struct constant *constants;
};

// A type that is defined, or that the language has; or NULL.
struct type *meaning_type(const struct definitions *all, const char *name);

// False if there is no such constant.
bool meaning_constant(const struct definitions *all, const char *name,
                      int64_t *value);

// An array's length, or a bound. Fails if there can be none such.
uint32_t meaning_length(struct tokens *t, int64_t length);

// Finds the types and constants of all declarations, and the sizes of types.
// Fails at a name that means nothing.
void meaning_find(struct definitions *all, struct tokens *t);

#endif
