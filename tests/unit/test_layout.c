// Files of messages that the judge reads as data.
#include "judge/layout.h"
#include "judge/values.h"
#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static struct layout *read_text(const char *text, char **wrong)
{
    return layout_read((struct bytes){ (void *)text, strlen(text) }, wrong);
}

static const char all[] =
    "/* All kinds.\n */\n"
    "const FEW = 3;\n"
    "enum Colour { RED = 2, GREEN, BLUE = FEW };\n"
    "typedef unsigned int Count;\n"
    "struct Node { hyper number; struct Node *next; };\n"
    "union Choice switch (Colour colour) {\n"
    "case RED: case GREEN: Count count;\n"
    "case 7: void;\n"
    "default: string text<FEW>;\n"
    "};\n"
    "program P { version V { void NULLPROC(void) = 0; } = 1; } = 0x20000001;\n"
    "struct All {\n"
    "    int a;\n"
    "    opaque b[5];\n"
    "    Node *list;\n"
    "    Choice choices<LATER>;\n"
    "    bool yes[2];\n"
    "};\n"
    "const LATER = 010;\n";

static const struct declaration *field(const struct type *type, int k)
{
    const struct declaration *d = type->fields;
    for (; k > 0; k--)
        d = d->next;
    return d;
}

UNIT_TEST(layout, reads_all_kinds)
{
    char *wrong;
    struct layout *layout = read_text(all, &wrong);
    check(layout != NULL && wrong == NULL);
    int64_t value;
    check(layout_constant(layout, "BLUE", &value) && value == 3);
    check(layout_constant(layout, "GREEN", &value) && value == 3);
    check(!layout_constant(layout, "PINK", &value));
    const struct type *type = layout_type(layout, "All");
    check(type->kind == TYPE_STRUCT && type->size == 4 + 8 + 4 + 4 + 8);
    check(field(type, 0)->type->is_int);
    check(field(type, 1)->form == FORM_FIXED && field(type, 1)->length == 5);
    check(field(type, 2)->form == FORM_OPTIONAL);
    check(field(type, 2)->type == layout_type(layout, "Node"));
    check(field(type, 3)->form == FORM_VARIABLE && field(type, 3)->length == 8);
    check(field(type, 3)->type->kind == TYPE_UNION);
    check(field(type, 4)->next == NULL);
    layout_free(layout);
}

UNIT_TEST(layout, refuses_what_is_wrong)
{
    static const struct {
        const char *text, *says;
    } wrong_ones[] = {
        { "struct A { int a; }", "line 1: the file ends where \";\" must" },
        { "struct A { int a };", "line 1: \"}\" stands where \";\" must" },
        { "\n\nint a;", "line 3: \"int\" stands where a struct, const" },
        { "struct A { Foo a; };", "line 1: there is no type Foo" },
        { "struct A {\nint a<N>; };", "line 2: there is no constant N" },
        { "const A = B;\nconst B = 1;", "there is no constant B above" },
        { "struct A { A a; };", "A is within itself" },
        { "struct A { B b[2]; }; struct B { A a; };", "is within itself" },
        { "typedef A B; typedef B A;", "is within itself" },
        { "struct A { int a[0]; };", "a has no elements" },
        { "struct A { int a[-1]; };", "an array of -1 elements" },
        { "struct A { int a[300000]; };", "A has more than 1048576 bytes" },
        { "typedef int A[60000]; typedef A B[60000]; typedef B C[60000];",
          "B has more than 1048576 bytes" },
        { "struct A { opaque a; };", "opaque a is no array: it wants a<>" },
        { "struct A { struct { int b; } a; };", "define it above, with a" },
        { "struct A { void; };", "void is for arms of a union" },
        { "union A switch (hyper k) { case 1: int a; };",
          "the union A wants an int, a bool or an enum" },
        { "union A switch (int k) { };", "\"}\" stands where \"case\" must" },
        { "struct A { int a; }; struct A { int a; };", "there is another A" },
        { "const A = 0x10000000000000000;", "is too large a number" },
        { "const A = 1z;", "\"1z\" is no number" },
        { "const A = 1; /* no end", "a comment does not end" },
        { "#include <x>", "line 1: not in the XDR language" },
        { "%int a;", "line 1: not in the XDR language" },
        { "program P {", "the file ends where" },
    };
    for (size_t k = 0; k < sizeof wrong_ones / sizeof *wrong_ones; k++) {
        char *wrong;
        check(read_text(wrong_ones[k].text, &wrong) == NULL);
        test_check(strstr(wrong, wrong_ones[k].says) != NULL,
                   "\"%s\": \"%s\" lacks \"%s\"", wrong_ones[k].text, wrong,
                   wrong_ones[k].says);
        free(wrong);
    }
}

UNIT_TEST(layout, refuses_what_is_too_long)
{
    static char text[MAX_LAYOUT + 2];
    char *wrong;
    memset(text, ' ', sizeof text - 1);
    check(read_text(text, &wrong) == NULL);
    check(strcmp(wrong, "line 1: more than 65536 bytes in all: take out "
                        "comments, or what is no message") == 0);
    free(wrong);
    memset(text, 'a', 200);
    text[200] = '\0';
    check(read_text(text, &wrong) == NULL);
    check(strcmp(wrong, "line 1: a word of more than 100 characters") == 0);
    free(wrong);
}

static bool passes(const struct declaration *d, const uint32_t *words, int n)
{
    uint32_t encoded[40];
    for (int k = 0; k < n; k++)
        encoded[k] = htonl(words[k]);
    XDR xdrs;
    xdrmem_create(&xdrs, (char *)encoded, (u_int)(n * 4), XDR_DECODE);
    return value_pass(&xdrs, d) && xdr_getpos(&xdrs) == (u_int)(n * 4);
}

UNIT_TEST(layout, passes_over_values)
{
    char *wrong;
    struct layout *layout = read_text(all, &wrong);
    struct declaration d = { .name = "d",
                             .type =
                                 (struct type *)layout_type(layout, "All") };
    static const uint32_t words[] = {
        1,                             // a
        2, 3,                          // b
        1, 0, 1, 1, 0, 2, 0,           // Two nodes.
        3, 2, 5, 7, 9, 3, 0x61626300,  // Three choices: count, void, text.
        1, 0,                          // yes
    };
    const int n = sizeof words / sizeof *words;
    check(passes(&d, words, n));
    for (int k = 0; k < n; k++)
        check(!passes(&d, words, k));
    layout_free(layout);
}

UNIT_TEST(layout, empty_values_are_values)
{
    char *wrong, encoded[100];
    struct layout *layout = read_text(all, &wrong);
    static const char *const names[] = { "All", "Node", "Choice", "Count" };
    for (int k = 0; k < 4; k++) {
        struct type *type = (struct type *)layout_type(layout, names[k]);
        struct declaration d = { .name = "d", .type = type };
        XDR xdrs;
        xdrmem_create(&xdrs, encoded, sizeof encoded, XDR_ENCODE);
        check(value_put_empty(&xdrs, &d));
        u_int len = xdr_getpos(&xdrs);
        check(len <= type->size);
        xdrmem_create(&xdrs, encoded, len, XDR_DECODE);
        check(value_pass(&xdrs, &d) && xdr_getpos(&xdrs) == len);
    }
    layout_free(layout);
}

// A list of a hundred thousand takes no more stack than one of two.
UNIT_TEST(layout, passes_over_long_lists)
{
    enum { N = 100000, WORDS = 3 };
    char *wrong;
    struct layout *layout = read_text(all, &wrong);
    uint32_t *words = calloc((size_t)N * WORDS + 1, sizeof *words);
    for (int k = 0; k < N; k++)
        words[k * WORDS] = htonl(1);
    struct declaration list = {
        .name = "d",
        .form = FORM_OPTIONAL,
        .type = (struct type *)layout_type(layout, "Node"),
    };
    XDR xdrs;
    u_int len = (N * WORDS + 1) * sizeof *words;
    xdrmem_create(&xdrs, (char *)words, len, XDR_DECODE);
    check(value_pass(&xdrs, &list) && xdr_getpos(&xdrs) == len);
    free(words);
    layout_free(layout);
}
