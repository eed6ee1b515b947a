// Encodes and decodes messages. Runs on the threads of callers and of handlers,
// with no lock held.
#include "labrpc/internal.h"

#include "rt/alloc.h"

#include <rpc/xdr.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

// Called by ThreadSanitizer alone. libtirpc writes the padding of strings and
// opaque bytes into one static buffer: a race between any two threads that
// decode, but harmless, because nobody reads that buffer. So TSan ignores the
// accesses in libtirpc. It still sees those in our code, and those of messages
// that its interceptors of xdr_bytes and xdr_string report.
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
    return "called_from_lib:libtirpc.so\n";
}

void labrpc_fatal(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    flockfile(stderr);  // Other threads may be printing: keep the line whole.
    fputs("labrpc: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    funlockfile(stderr);
    va_end(args);
    abort();
}

struct bytes labrpc_encode(const char *what, const char *method, xdrproc_t xdr,
                           const void *message)
{
    // An xdrproc_t both encodes and decodes, so its message is not const;
    // encoding does not change it. A size of 0 is an empty message, or one that
    // does not encode: then the xdr() below fails.
    void *from = (void *)message;
    u_int size = (u_int)xdr_sizeof(xdr, from);

    struct bytes to = { .data = alloc(size), .len = size };
    XDR xdrs;
    xdrmem_create(&xdrs, to.data, size, XDR_ENCODE);
    if (!xdr(&xdrs, from, 0))
        labrpc_fatal(
            "cannot encode the %s of %s: every string must be set, and "
            "every length within the bound that the codec gives",
            what, method);
    xdr_destroy(&xdrs);
    return to;
}

void labrpc_decode(const char *what, const char *method, xdrproc_t xdr,
                   struct bytes from, void *message)
{
    XDR xdrs;
    xdrmem_create(&xdrs, from.data, (u_int)from.len, XDR_DECODE);
    bool decoded = xdr(&xdrs, message, 0);
    // Bytes that are left over mean a wrong codec, too.
    if (!decoded || xdr_getpos(&xdrs) != from.len)
        labrpc_fatal("cannot decode the %s of %s from %zu bytes: caller and "
                     "server must give the method the same codec",
                     what, method, from.len);
    xdr_destroy(&xdrs);
}
