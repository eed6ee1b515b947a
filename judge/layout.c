// Reads a raft.x: first all definitions, then what their names mean
// (meaning.c).
#include "judge/layout.h"

#include "judge/meaning.h"
#include "judge/tokens.h"
#include "rt/alloc.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

// A piece of memory.
struct piece {
    struct piece *next;
    max_align_t memory[];
};

struct layout {
    struct piece *pieces;  // All that the layout has.
    struct definitions all;
};

struct reader {
    struct tokens t;
    struct layout *layout;
    struct type **types_end;
    struct constant **constants_end;
};

// Zeroed memory of the layout.
static void *make(struct reader *r, size_t size)
{
    struct piece *piece = alloc(sizeof *piece + size);
    piece->next = r->layout->pieces;
    r->layout->pieces = piece;
    return piece->memory;
}

// ---- Words and values ----

static const char *copy_word(struct reader *r)
{
    size_t size = strlen(r->t.text) + 1;
    return memcpy(make(r, size), r->t.text, size);
}

static const char *read_name(struct reader *r)
{
    const char *name = copy_word(r);
    if (r->t.kind == TOKEN_WORD)
        tokens_next(&r->t);
    else
        tokens_fail(&r->t, r->t.line, "\"%s\" stands where a name must",
                    r->t.text);
    return name;
}

// A number, or the name of a constant.
static int64_t read_value(struct reader *r, const char **name)
{
    int64_t number = r->t.number;
    if (r->t.kind == TOKEN_NUMBER) {
        tokens_next(&r->t);
        return number;
    }
    *name = read_name(r);
    return 0;
}

// The same, of a constant that is defined above.
static int64_t read_known_value(struct reader *r)
{
    const char *name = NULL;
    int line = r->t.line;
    int64_t value = read_value(r, &name);
    if (name != NULL && !meaning_constant(&r->layout->all, name, &value))
        tokens_fail(&r->t, line, "there is no constant %s above", name);
    return value;
}

static void add_constant(struct reader *r, const char *name, int64_t value)
{
    int64_t other;
    if (meaning_constant(&r->layout->all, name, &other))
        tokens_fail(&r->t, r->t.line, "there is another %s above", name);
    struct constant *constant = make(r, sizeof *constant);
    constant->name = name;
    constant->value = value;
    *r->constants_end = constant;
    r->constants_end = &constant->next;
}

// ---- Declarations ----

static bool is_size(const char *word)
{
    return strcmp(word, "int") == 0 || strcmp(word, "char") == 0 ||
           strcmp(word, "short") == 0 || strcmp(word, "long") == 0;
}

static const char *read_type_name(struct reader *r)
{
    if (tokens_take(&r->t, "unsigned")) {
        if (tokens_take(&r->t, "hyper"))
            return "u_hyper";
        if (is_size(r->t.text))
            tokens_next(&r->t);
        return "u_int";
    }
    if (!tokens_take(&r->t, "struct") && !tokens_take(&r->t, "enum"))
        tokens_take(&r->t, "union");
    if (strcmp(r->t.text, "{") == 0)
        tokens_fail(&r->t, r->t.line,
                    "a type within another: define it above, with a name");
    return read_name(r);
}

static struct declaration *read_declaration(struct reader *r)
{
    struct declaration *d = make(r, sizeof *d);
    d->line = r->t.line;
    d->type_name = read_type_name(r);
    if (strcmp(d->type_name, "void") == 0)
        return d;
    if (tokens_take(&r->t, "*"))
        d->form = FORM_OPTIONAL;
    d->name = read_name(r);
    bool is_fixed = strcmp(r->t.text, "[") == 0;
    if (d->form == FORM_ONE && (is_fixed || strcmp(r->t.text, "<") == 0)) {
        const char *end = is_fixed ? "]" : ">";
        tokens_next(&r->t);
        d->form = is_fixed ? FORM_FIXED : FORM_VARIABLE;
        d->length = UINT32_MAX;
        if (is_fixed || strcmp(r->t.text, end) != 0)
            d->length = meaning_length(&r->t, read_value(r, &d->length_name));
        tokens_want(&r->t, end);
    }
    return d;
}

// ---- Definitions ----

static struct type *add_type(struct reader *r, const char *name,
                             enum type_kind kind)
{
    if (meaning_type(&r->layout->all, name) != NULL)
        tokens_fail(&r->t, r->t.line, "there is another %s above", name);
    struct type *type = make(r, sizeof *type);
    type->name = name;
    type->kind = kind;
    type->line = r->t.line;
    *r->types_end = type;
    r->types_end = &type->next;
    return type;
}

static void read_struct(struct reader *r)
{
    struct type *type = add_type(r, read_name(r), TYPE_STRUCT);
    struct declaration **end = &type->fields;
    tokens_want(&r->t, "{");
    do {
        *end = read_declaration(r);
        if ((*end)->name == NULL)
            tokens_fail(&r->t, r->t.line, "void is for arms of a union");
        end = &(*end)->next;
        tokens_want(&r->t, ";");
    } while (r->t.kind == TOKEN_WORD);
    tokens_want(&r->t, "}");
}

static void read_typedef(struct reader *r)
{
    struct declaration *d = read_declaration(r);
    if (d->name == NULL)
        tokens_fail(&r->t, r->t.line, "void is for arms of a union");
    else
        add_type(r, d->name, TYPE_ALIAS)->fields = d;
}

static void read_enum(struct reader *r)
{
    struct type *type = add_type(r, read_name(r), TYPE_WORDS);
    type->size = 4;
    type->is_measured = true;
    int64_t value = 0;
    tokens_want(&r->t, "{");
    do {
        const char *name = read_name(r);
        if (tokens_take(&r->t, "="))
            value = read_known_value(r);
        add_constant(r, name, value);
        value = (int32_t)value + INT64_C(1);
    } while (tokens_take(&r->t, ","));
    tokens_want(&r->t, "}");
}

static void read_constant(struct reader *r)
{
    const char *name = read_name(r);
    tokens_want(&r->t, "=");
    add_constant(r, name, read_known_value(r));
}

// Reads the labels of an arm. Returns false if there are none.
static bool read_labels(struct reader *r, struct arm ***end)
{
    bool has_any = false;
    for (;;) {
        bool is_case = tokens_take(&r->t, "case");
        if (!is_case && !tokens_take(&r->t, "default"))
            return has_any;
        struct arm *arm = make(r, sizeof *arm);
        arm->line = r->t.line;
        arm->is_default = !is_case;
        if (is_case)
            arm->value = read_value(r, &arm->value_name);
        tokens_want(&r->t, ":");
        **end = arm;
        *end = &arm->next;
        has_any = true;
    }
}

static void read_union(struct reader *r)
{
    struct type *type = add_type(r, read_name(r), TYPE_UNION);
    tokens_want(&r->t, "switch");
    tokens_want(&r->t, "(");
    type->fields = read_declaration(r);
    tokens_want(&r->t, ")");
    tokens_want(&r->t, "{");
    struct arm **end = &type->arms, **first = end;
    while (read_labels(r, &end)) {
        struct declaration *declaration = read_declaration(r);
        tokens_want(&r->t, ";");
        for (struct arm *arm = *first; arm != NULL; arm = arm->next)
            arm->declaration = declaration;
        first = end;
    }
    if (type->arms == NULL)
        tokens_want(&r->t, "case");
    tokens_want(&r->t, "}");
}

// Messages need no program; rpcgen knows it.
static void skip_program(struct reader *r)
{
    int depth = 0;
    read_name(r);
    do {
        if (strcmp(r->t.text, "{") == 0)
            depth++;
        else if (strcmp(r->t.text, "}") == 0)
            depth--;
        tokens_next(&r->t);
    } while (depth > 0 && r->t.kind != TOKEN_END);
    tokens_want(&r->t, "=");
    read_known_value(r);
}

static void read_definition(struct reader *r)
{
    if (tokens_take(&r->t, "struct"))
        read_struct(r);
    else if (tokens_take(&r->t, "const"))
        read_constant(r);
    else if (tokens_take(&r->t, "typedef"))
        read_typedef(r);
    else if (tokens_take(&r->t, "enum"))
        read_enum(r);
    else if (tokens_take(&r->t, "union"))
        read_union(r);
    else if (tokens_take(&r->t, "program"))
        skip_program(r);
    else
        tokens_fail(&r->t, r->t.line,
                    "\"%s\" stands where a struct, const, typedef, enum or "
                    "union must begin",
                    r->t.text);
    tokens_want(&r->t, ";");
}

struct layout *layout_read(struct bytes text, char **wrong)
{
    *wrong = NULL;
    if (text.len > MAX_LAYOUT) {
        *wrong = alloc_format("line 1: more than %d bytes in all: take out "
                              "comments, or what is no message",
                              MAX_LAYOUT);
        return NULL;
    }
    struct layout *layout = alloc(sizeof *layout);
    struct reader r = { .t = tokens_begin(text),
                        .layout = layout,
                        .types_end = &layout->all.types,
                        .constants_end = &layout->all.constants };
    while (r.t.kind != TOKEN_END)
        read_definition(&r);
    if (r.t.wrong == NULL)
        meaning_find(&layout->all, &r.t);
    *wrong = r.t.wrong;
    if (*wrong == NULL)
        return layout;
    layout_free(layout);
    return NULL;
}

void layout_free(struct layout *layout)
{
    while (layout->pieces != NULL) {
        struct piece *piece = layout->pieces;
        layout->pieces = piece->next;
        free(piece);
    }
    free(layout);
}

const struct type *layout_type(const struct layout *layout, const char *name)
{
    return meaning_type(&layout->all, name);
}

bool layout_constant(const struct layout *layout, const char *name,
                     int64_t *value)
{
    return meaning_constant(&layout->all, name, value);
}
