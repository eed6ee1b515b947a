// Copies, frees and compares runs of bytes.
#include "rt/bytes.h"

#include "rt/alloc.h"

#include <stdlib.h>
#include <string.h>

struct bytes bytes_copy(struct bytes from)
{
    struct bytes copy = { NULL, from.len };
    if (from.len > 0) {
        copy.data = alloc(from.len);
        memcpy(copy.data, from.data, from.len);
    }
    return copy;
}

void bytes_free(struct bytes *b)
{
    free(b->data);
    *b = (struct bytes){ NULL, 0 };
}

bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}
