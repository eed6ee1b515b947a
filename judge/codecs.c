// Compiled with the given raft.x, each of whose structs has one more field in
// the judge, the last: `opaque own<>`, the student's own fields.
#include "judge/codecs.h"

#include "judge/values.h"
#include "rt/alloc.h"

#include "raft/raft_x.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { WORD = 4, MAX_GIVEN = 8 };

// The kind of a given field. OWN: it is none.
enum given { OWN, GIVEN_INT, GIVEN_BOOL, GIVEN_OPAQUE, GIVEN_ENTRIES };

// The field `own`.
struct own {
    u_int len;
    char *val;
};

// One given field of a message.
struct given_field {
    const struct declaration *declaration;  // In the layout.
    enum given given;
    size_t offset;  // In the C struct.
};

struct codec {
    const char *name;
    size_t own;               // The offset of the field.
    const struct type *type;  // In the layout.
    struct given_field given[MAX_GIVEN];
    int n_given;
};

static bool_t code(XDR *xdrs, void *message, const struct codec *codec);

// `own` is last, so its place follows from the sizes.
#define CODEC(message)                                                         \
    static struct codec message##_codec = {                                    \
        .name = #message, .own = sizeof(message) - sizeof(struct own)          \
    };                                                                         \
    bool_t xdr_##message(XDR *xdrs, struct message *m)                         \
    {                                                                          \
        return code(xdrs, m, &message##_codec);                                \
    }
CODEC(Entry)
CODEC(RequestVoteRequest)
CODEC(RequestVoteResponse)
CODEC(AppendEntriesRequest)
CODEC(AppendEntriesResponse)
CODEC(InstallSnapshotRequest)
CODEC(InstallSnapshotResponse)
CODEC(PersistentState)

// ---- The given fields ----

static bool is_array_of(const struct declaration *d, enum type_kind kind)
{
    return d->form == FORM_VARIABLE && d->type->kind == kind;
}

static bool is_entries(const struct declaration *d)
{
    if (d->form != FORM_VARIABLE)
        return false;
    struct declaration one = *d;
    one.form = FORM_ONE;
    return layout_plain(&one)->type == Entry_codec.type;
}

static bool is_given(const struct declaration *d, enum given given)
{
    switch (given) {
    case GIVEN_OPAQUE:
        return is_array_of(d, TYPE_OPAQUE);
    case GIVEN_ENTRIES:
        return is_entries(d);
    default:
        d = layout_plain(d);
        return d->form == FORM_ONE && d->type != NULL && d->type->is_int;
    }
}

static const char *what_is(enum given given)
{
    static const char *const words[] = {
        [GIVEN_INT] = "int %s",
        [GIVEN_BOOL] = "bool %s",
        [GIVEN_OPAQUE] = "opaque %s<...>",
        [GIVEN_ENTRIES] = "Entry %s<...>",
    };
    return words[given];
}

// The field of this name; or NULL.
static const struct declaration *field_named(const struct type *type,
                                             const char *name)
{
    const struct declaration *d = type->fields;
    while (d != NULL && strcmp(d->name, name) != 0)
        d = d->next;
    return d;
}

#define MUST_STAY "which the lab reads: what raft.x is given with must stay"

// Finds the message in the layout. NULL, or what is wrong.
static char *find_message(struct codec *codec, const struct layout *layout)
{
    codec->n_given = 0;
    codec->type = layout_type(layout, codec->name);
    if (codec->type == NULL || codec->type->kind != TYPE_STRUCT)
        return alloc_format("there is no struct %s, " MUST_STAY, codec->name);
    return NULL;
}

static char *find_field(struct codec *codec, const char *name, enum given given,
                        size_t offset)
{
    const struct declaration *d = field_named(codec->type, name);
    assert(codec->n_given < MAX_GIVEN);
    if (d != NULL && is_given(d, given)) {
        codec->given[codec->n_given++] =
            (struct given_field){ d, given, offset };
        return NULL;
    }
    char *wanted = alloc_format(what_is(given), name);
    char *wrong = alloc_format("struct %s has no field \"%s;\", " MUST_STAY,
                               codec->name, wanted);
    free(wanted);
    return wrong;
}

static char *find_constant(const struct layout *layout, const char *name)
{
    int64_t value;
    return layout_constant(layout, name, &value)
               ? NULL
               : alloc_format("there is no constant %s, " MUST_STAY, name);
}

static char *find_number(const struct layout *layout, const char *name,
                         int number)
{
    int64_t value;
    return layout_constant(layout, name, &value) && value == number
               ? NULL
               : alloc_format("there is no \"const %s = %d;\", " MUST_STAY,
                              name, number);
}

static char *find_messages(const struct layout *layout)
{
    struct codec *const all[] = {
        &Entry_codec,
        &RequestVoteRequest_codec,
        &RequestVoteResponse_codec,
        &AppendEntriesRequest_codec,
        &AppendEntriesResponse_codec,
        &InstallSnapshotRequest_codec,
        &InstallSnapshotResponse_codec,
        &PersistentState_codec,
    };
    char *wrong = NULL;
    for (size_t k = 0; wrong == NULL && k < sizeof all / sizeof *all; k++)
        wrong = find_message(all[k], layout);
    return wrong;
}

char *codecs_set(const struct layout *layout)
{
    char *wrong = find_messages(layout);
// Each macro is a statement; the first that fails is kept.
#define KEEP(found) wrong = wrong != NULL ? wrong : (found)
#define NEEDS(message, field, given)                                           \
    KEEP(find_field(&message##_codec, #field, given, offsetof(message, field)))
#define NEEDS_INT(message, field)     NEEDS(message, field, GIVEN_INT)
#define NEEDS_BOOL(message, field)    NEEDS(message, field, GIVEN_BOOL)
#define NEEDS_OPAQUE(message, field)  NEEDS(message, field, GIVEN_OPAQUE)
#define NEEDS_ENTRIES(message, field) NEEDS(message, field, GIVEN_ENTRIES)
#define NEEDS_CONST(name)             KEEP(find_constant(layout, #name))
#define NEEDS_NUMBER(name, number)    KEEP(find_number(layout, #name, number))
#include "checker/needed.h"
    return wrong;
}

// ---- The student's own fields ----

// Decodes an own field: adds its bytes to the others.
static bool take_own(XDR *from, struct own *own, const struct declaration *d)
{
    u_int begin = xdr_getpos(from);
    if (!value_pass(from, d))
        return false;
    u_int len = xdr_getpos(from) - begin;
    xdr_setpos(from, begin);
    own->val = alloc_resize(own->val, (size_t)own->len + len, 1);
    own->len += len;
    return xdr_opaque(from, own->val + own->len - len, len);
}

// Encodes an own field: the next of those in `rest`.
static bool give_own(XDR *to, const struct own *own, XDR *rest,
                     const struct declaration *d)
{
    if (own->len == 0)
        return value_put_empty(to, d);
    u_int begin = xdr_getpos(rest);
    return value_pass(rest, d) &&
           xdr_opaque(to, own->val + begin, xdr_getpos(rest) - begin);
}

// ---- The given fields' values ----

// An array, as rpcgen makes it.
struct array {
    u_int len;
    void *val;
};

// Decodes or encodes a length. The rest must have so many elements, each of at
// least this size.
static bool code_length(XDR *xdrs, u_int *len, const struct declaration *d,
                        u_int size)
{
    if (!xdr_u_int(xdrs, len) || *len > d->length)
        return false;
    return xdrs->x_op != XDR_DECODE || *len <= xdrs->x_handy / size;
}

static bool code_opaque(XDR *xdrs, struct array *bytes,
                        const struct declaration *d)
{
    if (!code_length(xdrs, &bytes->len, d, 1))
        return false;
    if (bytes->len == 0)
        return true;
    if (xdrs->x_op == XDR_DECODE)
        bytes->val = alloc(bytes->len);
    return xdr_opaque(xdrs, bytes->val, bytes->len);
}

static bool code_entries(XDR *xdrs, struct array *entries,
                         const struct declaration *d)
{
    if (!code_length(xdrs, &entries->len, d, WORD))
        return false;
    if (xdrs->x_op == XDR_DECODE && entries->len > 0)
        entries->val = alloc(entries->len * sizeof(Entry));
    for (u_int k = 0; k < entries->len; k++) {
        if (!xdr_Entry(xdrs, (Entry *)entries->val + k))
            return false;
    }
    return true;
}

static bool code_given(XDR *xdrs, void *field, const struct given_field *given)
{
    switch (given->given) {
    case GIVEN_INT:
        return xdr_int(xdrs, field);
    case GIVEN_BOOL:
        return xdr_bool(xdrs, field);
    case GIVEN_OPAQUE:
        return code_opaque(xdrs, field, given->declaration);
    default:
        return code_entries(xdrs, field, given->declaration);
    }
}

// ---- Messages ----

static void free_array(struct array *array, bool has_entries)
{
    if (array->val == NULL)
        return;
    for (u_int k = 0; has_entries && k < array->len; k++)
        xdr_free((xdrproc_t)xdr_Entry, (Entry *)array->val + k);
    free(array->val);
    array->val = NULL;
}

static void free_message(char *message, const struct codec *codec)
{
    struct own *own = (struct own *)(message + codec->own);
    free(own->val);
    *own = (struct own){ 0 };
    for (int k = 0; k < codec->n_given; k++) {
        const struct given_field *given = &codec->given[k];
        if (given->given == GIVEN_OPAQUE || given->given == GIVEN_ENTRIES)
            free_array((struct array *)(message + given->offset),
                       given->given == GIVEN_ENTRIES);
    }
}

// The given field that the declaration is; or NULL.
static const struct given_field *given_of(const struct codec *codec,
                                          const struct declaration *d)
{
    for (int k = 0; k < codec->n_given; k++) {
        if (codec->given[k].declaration == d)
            return &codec->given[k];
    }
    return NULL;
}

static bool_t code(XDR *xdrs, void *message, const struct codec *codec)
{
    if (xdrs->x_op == XDR_FREE) {
        free_message(message, codec);
        return TRUE;
    }
    struct own *own = (struct own *)((char *)message + codec->own);
    XDR rest;
    xdrmem_create(&rest, own->val, own->len, XDR_DECODE);
    const struct declaration *d = codec->type->fields;
    bool is_whole = true;
    for (; is_whole && d != NULL; d = d->next) {
        const struct given_field *given = given_of(codec, d);
        if (given != NULL)
            is_whole = code_given(xdrs, (char *)message + given->offset, given);
        else if (xdrs->x_op == XDR_DECODE)
            is_whole = take_own(xdrs, own, d);
        else
            is_whole = give_own(xdrs, own, &rest, d);
    }
    return is_whole;
}
