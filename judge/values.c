#include "judge/values.h"

// How deep values may have others within. A list whose elements end with the
// next one is not deep.
#define MAX_DEPTH 200

enum { WORD = 4 };

static bool is_bytes(const struct type *type)
{
    return type->kind == TYPE_OPAQUE || type->kind == TYPE_STRING;
}

// The arm for this value; NULL if there is none.
static const struct arm *arm_for(const struct type *type, int64_t value)
{
    const struct arm *arm = type->arms;
    while (arm != NULL && (arm->is_default || arm->value != value))
        arm = arm->next;
    if (arm != NULL)
        return arm;
    arm = type->arms;
    while (arm != NULL && !arm->is_default)
        arm = arm->next;
    return arm;
}

// ---- Passing over ----

static bool pass(XDR *from, const struct declaration *d, int depth);

// The number of bytes that are left is in x_handy, as XDR keeps it for memory.
static bool pass_bytes(XDR *from, uint64_t len)
{
    uint64_t padded = (len + WORD - 1) / WORD * WORD;
    return padded <= from->x_handy &&
           xdr_setpos(from, xdr_getpos(from) + (u_int)padded);
}

static bool read_count(XDR *from, const struct declaration *d, u_int *count)
{
    *count = 1;
    if (d->form == FORM_FIXED)
        *count = d->length;
    if (d->form == FORM_OPTIONAL || d->form == FORM_VARIABLE) {
        if (!xdr_u_int(from, count))
            return false;
    }
    if (d->form == FORM_OPTIONAL)
        *count = *count != 0;
    return d->form != FORM_VARIABLE || *count <= d->length;
}

// Passes over a value of this type, but for its last field: that is *last, or
// NULL.
static bool pass_but_last(XDR *from, const struct type *type, int depth,
                          const struct declaration **last)
{
    *last = NULL;
    if (type->kind == TYPE_WORDS)
        return pass_bytes(from, type->size);
    if (type->kind == TYPE_UNION) {
        int value;
        const struct arm *arm =
            xdr_int(from, &value) ? arm_for(type, value) : NULL;
        if (arm != NULL)
            *last = arm->declaration;
        return arm != NULL;
    }
    const struct declaration *field = type->fields;
    for (; field->next != NULL; field = field->next) {
        if (!pass(from, field, depth + 1))
            return false;
    }
    *last = field;
    return true;
}

static bool pass_one(XDR *from, const struct type *type, int depth)
{
    const struct declaration *last;
    return pass_but_last(from, type, depth, &last) &&
           (last == NULL || pass(from, last, depth + 1));
}

static bool pass(XDR *from, const struct declaration *d, int depth)
{
    // Not by recursion for the last field: a list may be long.
    while (d != NULL && d->type != NULL) {
        u_int count;
        if (depth > MAX_DEPTH || !read_count(from, d, &count))
            return false;
        if (is_bytes(d->type))
            return pass_bytes(from, count);
        // Each element has a word at least.
        if (count > from->x_handy / WORD)
            return false;
        if (count == 0)
            return true;
        for (; count > 1; count--) {
            if (!pass_one(from, d->type, depth + 1))
                return false;
        }
        if (!pass_but_last(from, d->type, depth, &d))
            return false;
    }
    return true;
}

bool value_pass(XDR *from, const struct declaration *declaration)
{
    return pass(from, declaration, 0);
}

// ---- Empty values ----

static bool put_zeros(XDR *to, uint64_t len)
{
    int zero = 0;
    for (; len > 0; len -= WORD) {
        if (!xdr_int(to, &zero))
            return false;
    }
    return true;
}

// A union is that of 0 if it has an arm for it, else that of the first value.
static bool put_empty_union(XDR *to, const struct type *type)
{
    const struct arm *arm = arm_for(type, 0);
    int value = 0;
    if (arm == NULL) {
        arm = type->arms;
        value = (int)arm->value;
    }
    return xdr_int(to, &value) && value_put_empty(to, arm->declaration);
}

static bool put_empty_type(XDR *to, const struct type *type)
{
    if (type->kind == TYPE_WORDS)
        return put_zeros(to, type->size);
    if (type->kind == TYPE_UNION)
        return put_empty_union(to, type);
    for (const struct declaration *d = type->fields; d != NULL; d = d->next) {
        if (!value_put_empty(to, d))
            return false;
    }
    return true;
}

bool value_put_empty(XDR *to, const struct declaration *declaration)
{
    if (declaration->type == NULL)
        return true;
    if (declaration->form == FORM_OPTIONAL ||
        declaration->form == FORM_VARIABLE)
        return put_zeros(to, WORD);
    u_int count = declaration->form == FORM_FIXED ? declaration->length : 1;
    if (is_bytes(declaration->type))
        return put_zeros(to, ((uint64_t)count + WORD - 1) / WORD * WORD);
    for (; count > 0; count--) {
        if (!put_empty_type(to, declaration->type))
            return false;
    }
    return true;
}
