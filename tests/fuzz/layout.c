// Reads files of messages as the judge does: the given one, with a piece put
// in. Those that are understood decode messages; what decodes is the same after
// another pass.
#include "judge/codecs.h"
#include "rt/alloc.h"
#include "tests/fuzz/input.h"

#include "raft/raft_x.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { MOST_WORDS = 60, MOST_MESSAGE = 1 << 12 };

static const char *const words[] = {
    "struct",
    "union",
    "switch",
    "case",
    "default",
    "typedef",
    "enum",
    "const",
    "program",
    "void",
    "unsigned",
    "int",
    "bool",
    "hyper",
    "float",
    "opaque",
    "string",
    "Entry",
    "A",
    "B",
    "C",
    "term",
    "{",
    "}",
    "(",
    ")",
    "<",
    ">",
    "[",
    "]",
    ";",
    ":",
    ",",
    "=",
    "*",
    "0",
    "1",
    "-1",
    "0x10",
    "1000000",
    "/*",
    "*/",
    // Whole pieces, because they seldom come about.
    "struct A { int x; A *next; };",
    "union B switch (int k) { case 0: void; default: A c<3>; };",
    "typedef opaque C<5>;",
    "A a;",
    "B b[2];",
    "C c<>;",
    "string s<9>;",
    "hyper h;",
    "float f[3];",
    "B *ob;",
};
#define N_WORDS (sizeof words / sizeof *words)

// The given file. It is read once.
static struct bytes read_given(void)
{
    static char text[MAX_LAYOUT];
    static size_t len;
    FILE *file = len == 0 ? fopen("raft/raft.x", "r") : NULL;
    if (file != NULL) {
        len = fread(text, 1, sizeof text, file);
        fclose(file);
    }
    must(len > 0);
    return (struct bytes){ text, len };
}

static void put_piece(struct input *input, FILE *to)
{
    int n = take_byte(input) % MOST_WORDS;
    for (int k = 0; k < n; k++) {
        int byte = take_byte(input);
        if (byte < 250)
            fprintf(to, " %s", words[(size_t)byte % N_WORDS]);
        else
            fputc(take_byte(input), to);
    }
}

// The caller frees the text.
static struct bytes make_text(struct input *input)
{
    struct bytes given = read_given(), text;
    FILE *to = alloc_stream((char **)&text.data, &text.len);
    size_t pieces = take_byte(input) % 4, from = 0;
    for (size_t k = 0; k < pieces; k++) {
        // At the end of a line.
        size_t until = from + take_byte(input) * 11u;
        while (until < given.len && ((char *)given.data)[until] != '\n')
            until++;
        if (until >= given.len)
            break;
        fwrite((char *)given.data + from, 1, until - from, to);
        put_piece(input, to);
        from = until;
    }
    if (take_byte(input) % 16 != 0)
        fwrite((char *)given.data + from, 1, given.len - from, to);
    fclose(to);
    return text;
}

// The bytes of a message; the caller frees them.
static struct bytes take_message(struct input *input)
{
    uint32_t *message = alloc((input->left + 1) * sizeof *message);
    size_t count = 0;
    while (input->left > 0)
        message[count++] = htonl(take_word(input));
    // Exactly as long, so that a sanitizer sees reads past the end.
    struct bytes bytes =
        bytes_copy((struct bytes){ message, count * sizeof *message });
    free(message);
    return bytes;
}

// Encodes it into `to`. The number of bytes.
static u_int encode(xdrproc_t xdr, void *message, char *to)
{
    XDR xdrs;
    u_int len = (u_int)xdr_sizeof(xdr, message);
    must(len <= MOST_MESSAGE);
    xdrmem_create(&xdrs, to, len, XDR_ENCODE);
    must(xdr(&xdrs, message, 0) && xdr_getpos(&xdrs) == len);
    return len;
}

static void must_code_alike(xdrproc_t xdr, void *message)
{
    char once[MOST_MESSAGE], twice[MOST_MESSAGE], again[200] = { 0 };
    u_int len = encode(xdr, message, once);
    XDR xdrs;
    xdrmem_create(&xdrs, once, len, XDR_DECODE);
    must(xdr(&xdrs, again, 0) && xdr_getpos(&xdrs) == len);
    must(encode(xdr, again, twice) == len && memcmp(once, twice, len) == 0);
    xdr_free(xdr, again);
}

static void read_message(struct bytes from, int what)
{
    static const xdrproc_t codecs[] = {
        (xdrproc_t)xdr_RequestVoteRequest,
        (xdrproc_t)xdr_RequestVoteResponse,
        (xdrproc_t)xdr_AppendEntriesRequest,
        (xdrproc_t)xdr_AppendEntriesResponse,
        (xdrproc_t)xdr_InstallSnapshotRequest,
        (xdrproc_t)xdr_InstallSnapshotResponse,
        (xdrproc_t)xdr_PersistentState,
    };
    xdrproc_t xdr = codecs[what % 7];
    char message[200] = { 0 };
    XDR xdrs;
    xdrmem_create(&xdrs, from.data, (u_int)from.len, XDR_DECODE);
    if (xdr(&xdrs, message, 0))
        must_code_alike(xdr, message);
    xdr_free(xdr, message);
}

// A message of the script: it has no fields of the student's own.
static void send_empty(void)
{
    char encoded[1 << 16];
    AppendEntriesResponse response = { .term = 7, .success = true };
    u_int len =
        (u_int)xdr_sizeof((xdrproc_t)xdr_AppendEntriesResponse, &response);
    if (len > sizeof encoded)
        return;
    XDR xdrs;
    xdrmem_create(&xdrs, encoded, len, XDR_ENCODE);
    must(xdr_AppendEntriesResponse(&xdrs, &response));
    xdrmem_create(&xdrs, encoded, len, XDR_DECODE);
    AppendEntriesResponse again = { 0 };
    must(xdr_AppendEntriesResponse(&xdrs, &again) && xdr_getpos(&xdrs) == len);
    must(again.term == 7 && again.success);
    xdr_free((xdrproc_t)xdr_AppendEntriesResponse, &again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { data, size };
    int what = take_byte(&input);
    struct bytes text = make_text(&input);
    char *wrong;
    struct layout *layout = layout_read(text, &wrong);
    must((layout != NULL) == (wrong == NULL));
    if (layout != NULL)
        wrong = codecs_set(layout);
    if (wrong == NULL) {
        struct bytes from = take_message(&input);
        read_message(from, what);
        send_empty();
        bytes_free(&from);
    }
    free(wrong);
    if (layout != NULL)
        layout_free(layout);
    free(text.data);
    return 0;
}
