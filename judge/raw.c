// Encodes and decodes messages of unknown layout.
#include "judge/raw.h"

#include "rt/alloc.h"

bool_t raw_xdr(XDR *xdrs, struct bytes *message)
{
    if (xdrs->x_op == XDR_FREE) {
        bytes_free(message);
        return TRUE;
    }
    if (xdrs->x_op == XDR_DECODE) {
        // All that is left. (An XDR in memory has the number there.)
        size_t len = xdrs->x_handy;
        *message = (struct bytes){ alloc(len), len };
    }
    return xdr_opaque(xdrs, message->data, (u_int)message->len);
}
