// Decodes bytes as the messages of raft/raft.x. A message that decodes is read
// as the checker reads it. After another pass through the network's codec it is
// the same.
#include "decode/messages.h"
#include "decode/saved.h"
#include "labrpc/internal.h"
#include "rt/alloc.h"
#include "tests/fuzz/input.h"

#include "raft/raft_x.h"

#include <arpa/inet.h>
#include <string.h>

#define RPC(name_)                                                             \
    {                                                                          \
        .name = "Raft." #name_, .xdr_args = (xdrproc_t)xdr_##name_##Request,   \
        .args_size = sizeof(name_##Request),                                   \
        .xdr_reply = (xdrproc_t)xdr_##name_##Response,                         \
        .reply_size = sizeof(name_##Response)                                  \
    }
static const struct labrpc_method methods[] = {
    RPC(RequestVote),
    RPC(AppendEntries),
    RPC(InstallSnapshot),
};

// Returns whether the bytes decode. *message then has the result; free it with
// xdr_free.
static bool decodes(xdrproc_t xdr, struct bytes from, void *message)
{
    XDR xdrs;
    xdrmem_create(&xdrs, from.data, (u_int)from.len, XDR_DECODE);
    bool decoded = xdr(&xdrs, message, 0) && xdr_getpos(&xdrs) == from.len;
    xdr_destroy(&xdrs);
    return decoded;
}

static void must_encode_alike(const char *name, xdrproc_t xdr,
                              const void *message, void *again)
{
    struct bytes encoded = labrpc_encode("message", name, xdr, message);
    labrpc_decode("message", name, xdr, encoded, again);
    struct bytes twice = labrpc_encode("message", name, xdr, again);
    must(bytes_equal(encoded, twice));
    xdr_free(xdr, again);
    bytes_free(&encoded);
    bytes_free(&twice);
}

static void read_request(const struct labrpc_method *method, struct bytes from)
{
    char args[128] = { 0 }, again[128] = { 0 };
    must(method->args_size <= sizeof args);
    if (decodes(method->xdr_args, from, args)) {
        struct request request = request_read(method, args);
        must(request.kind != OTHER);
        for (int k = 0; k < request.n_entries; k++) {
            int term;
            uint64_t hash;
            request_entry(&request, k, &term, &hash);
        }
        must_encode_alike(method->name, method->xdr_args, args, again);
    }
    xdr_free(method->xdr_args, args);
}

static void read_reply(const struct labrpc_method *method, struct bytes from)
{
    char reply[128] = { 0 }, again[128] = { 0 };
    must(method->reply_size <= sizeof reply);
    if (decodes(method->xdr_reply, from, reply)) {
        reply_read(rpc_named(method->name), reply);
        must_encode_alike(method->name, method->xdr_reply, reply, again);
    }
    xdr_free(method->xdr_reply, reply);
}

// Bytes that decode as a PersistentState have a plain form. The checker must
// read the same from it as from the bytes.
static void read_saved(struct bytes from)
{
    struct bytes plain = saved_state_make_plain(from);
    struct saved saved;
    struct change change = { 0 };
    const struct bytes_range nothing = { 0, 0 };
    saved_init(&saved);
    const char *wrong = change_read(&change, &saved, from, nothing, false);
    must(plain.len == 0 || plain.len == from.len);
    must(wrong != NULL || plain.len > 0);
    if (wrong == NULL)
        must(change_read(&change, &saved, plain, nothing, false) == NULL);
    free(change.fresh);
    saved_free(&saved);
    bytes_free(&plain);
}

// Words, because XDR consists of them. Sometimes the last one is incomplete.
static struct bytes take_message(struct input *input)
{
    size_t missing = take_byte(input) % 4;
    size_t most = input->left;
    uint32_t *words = alloc((most + 1) * sizeof *words);
    size_t count = 0;
    while (input->left > 0)
        words[count++] = htonl(take_word(input));
    size_t len = count * sizeof *words;
    // The copy is exactly this long, so that a sanitizer sees reads past its
    // end.
    struct bytes message =
        bytes_copy((struct bytes){ words, len > missing ? len - missing : 0 });
    free(words);
    return message;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { data, size };
    int what = take_byte(&input) % 7;
    struct bytes from = take_message(&input);
    if (what == 6)
        read_saved(from);
    else if (what % 2 == 0)
        read_request(&methods[what / 2], from);
    else
        read_reply(&methods[what / 2], from);
    bytes_free(&from);
    return 0;
}
