#include "judge/meaning.h"

#include <string.h>

// The largest empty value, in bytes; and how deep types may have others within.
#define MAX_EMPTY (1 << 20)
#define MAX_DEPTH 100

enum { WORD = 4 };

// ---- What the language has, as rpcgen knows it ----

#define WORDS(name_, size_, is_int_)                                           \
    {                                                                          \
        .name = (name_), .kind = TYPE_WORDS, .is_int = (is_int_),              \
        .size = (size_), .is_measured = true                                   \
    }
#define BYTES(name_, kind_)                                                    \
    {                                                                          \
        .name = (name_), .kind = (kind_), .is_measured = true                  \
    }
static struct type known[] = {
    WORDS("int", 4, true),         WORDS("bool", 4, true),
    WORDS("int32_t", 4, true),     WORDS("u_int", 4, false),
    WORDS("uint32_t", 4, false),   WORDS("u_int32_t", 4, false),
    WORDS("long", 4, false),       WORDS("u_long", 4, false),
    WORDS("short", 4, false),      WORDS("u_short", 4, false),
    WORDS("int16_t", 4, false),    WORDS("uint16_t", 4, false),
    WORDS("u_int16_t", 4, false),  WORDS("char", 4, false),
    WORDS("u_char", 4, false),     WORDS("int8_t", 4, false),
    WORDS("uint8_t", 4, false),    WORDS("u_int8_t", 4, false),
    WORDS("float", 4, false),      WORDS("double", 8, false),
    WORDS("hyper", 8, false),      WORDS("u_hyper", 8, false),
    WORDS("quad_t", 8, false),     WORDS("u_quad_t", 8, false),
    WORDS("longlong_t", 8, false), WORDS("u_longlong_t", 8, false),
    WORDS("int64_t", 8, false),    WORDS("uint64_t", 8, false),
    WORDS("u_int64_t", 8, false),  BYTES("opaque", TYPE_OPAQUE),
    BYTES("string", TYPE_STRING),
};

static struct type *known_type(const char *name)
{
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        if (strcmp(known[k].name, name) == 0)
            return &known[k];
    }
    return NULL;
}

// ---- Names ----

struct type *meaning_type(const struct definitions *all, const char *name)
{
    for (struct type *type = all->types; type != NULL; type = type->next) {
        if (strcmp(type->name, name) == 0)
            return type;
    }
    return known_type(name);
}

bool meaning_constant(const struct definitions *all, const char *name,
                      int64_t *value)
{
    if (strcmp(name, "TRUE") == 0 || strcmp(name, "FALSE") == 0) {
        *value = name[0] == 'T';
        return true;
    }
    for (struct constant *c = all->constants; c != NULL; c = c->next) {
        if (strcmp(c->name, name) == 0) {
            *value = c->value;
            return true;
        }
    }
    return false;
}

uint32_t meaning_length(struct tokens *t, int64_t length)
{
    if (length < 0 || length > UINT32_MAX)
        tokens_fail(t, t->line, "an array of %lld elements", (long long)length);
    return (uint32_t)length;
}

// The value of a constant, or the number, if there is no name.
static int64_t value_of(const struct definitions *all, struct tokens *t,
                        int64_t number, const char *name, int line)
{
    if (name != NULL && !meaning_constant(all, name, &number))
        tokens_fail(t, line, "there is no constant %s", name);
    return number;
}

static bool is_bytes(const struct type *type)
{
    return type->kind == TYPE_OPAQUE || type->kind == TYPE_STRING;
}

static void find_declaration(const struct definitions *all, struct tokens *t,
                             struct declaration *d)
{
    if (d->name == NULL)
        return;
    d->type = meaning_type(all, d->type_name);
    if (d->type == NULL) {
        tokens_fail(t, d->line, "there is no type %s", d->type_name);
        return;
    }
    if (d->length_name != NULL)
        d->length =
            meaning_length(t, value_of(all, t, 0, d->length_name, d->line));
    if (d->form == FORM_FIXED && d->length == 0)
        tokens_fail(t, d->line, "%s has no elements", d->name);
    bool is_array = d->form == FORM_FIXED || d->form == FORM_VARIABLE;
    if (is_bytes(d->type) && !is_array)
        tokens_fail(t, d->line, "%s %s is no array: it wants %s<>",
                    d->type_name, d->name, d->name);
}

static void find_type(const struct definitions *all, struct tokens *t,
                      struct type *type)
{
    for (struct declaration *d = type->fields; d != NULL; d = d->next)
        find_declaration(all, t, d);
    for (struct arm *arm = type->arms; arm != NULL; arm = arm->next) {
        arm->value = value_of(all, t, arm->value, arm->value_name, arm->line);
        find_declaration(all, t, arm->declaration);
    }
}

// ---- Sizes ----

static void measure(struct tokens *t, struct type *type, int depth);

// Bounded, so that sums of sizes do not overflow.
static uint64_t bounded(uint64_t size)
{
    return size > MAX_EMPTY ? MAX_EMPTY + 1 : size;
}

static uint64_t size_of(struct tokens *t, const struct declaration *d,
                        int depth)
{
    if (d->type == NULL)
        return 0;
    if (d->form == FORM_OPTIONAL || d->form == FORM_VARIABLE)
        return WORD;
    if (is_bytes(d->type))
        return bounded((uint64_t)d->length + WORD - 1) / WORD * WORD;
    measure(t, d->type, depth + 1);
    uint64_t count = d->form == FORM_FIXED ? d->length : 1;
    return bounded(count * d->type->size);
}

static void measure(struct tokens *t, struct type *type, int depth)
{
    if (type->is_being_measured || depth > MAX_DEPTH)
        tokens_fail(t, type->line, "%s is within itself, or too deep in others",
                    type->name);
    if (type->is_measured || t->wrong != NULL)
        return;
    type->is_being_measured = true;
    uint64_t size = 0, of_arm = 0;
    for (struct declaration *d = type->fields; d != NULL; d = d->next)
        size = bounded(size + size_of(t, d, depth));
    for (struct arm *arm = type->arms; arm != NULL; arm = arm->next) {
        uint64_t other = size_of(t, arm->declaration, depth);
        of_arm = other > of_arm ? other : of_arm;
    }
    type->size = size + of_arm;
    type->is_being_measured = false;
    type->is_measured = true;
    if (type->size > MAX_EMPTY)
        tokens_fail(t, type->line, "%s has more than %d bytes when it is empty",
                    type->name, MAX_EMPTY);
}

static void check_union(struct tokens *t, const struct type *type)
{
    const struct declaration *d = layout_plain(type->fields);
    bool is_word = d->type != NULL && d->form == FORM_ONE &&
                   d->type->kind == TYPE_WORDS && d->type->size == WORD;
    if (!is_word)
        tokens_fail(t, type->line,
                    "the union %s wants an int, a bool or an enum in "
                    "switch (...)",
                    type->name);
}

void meaning_find(struct definitions *all, struct tokens *t)
{
    for (struct type *type = all->types; type != NULL; type = type->next)
        find_type(all, t, type);
    for (struct type *type = all->types; type != NULL; type = type->next)
        measure(t, type, 0);
    if (t->wrong != NULL)
        return;
    for (struct type *type = all->types; type != NULL; type = type->next) {
        if (type->kind == TYPE_UNION)
            check_union(t, type);
    }
}
