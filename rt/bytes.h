// A run of bytes: a command, an encoded message, a snapshot.
#ifndef RT_BYTES_H
#define RT_BYTES_H

#include <stdbool.h>
#include <stddef.h>

// Who owns `data` is said where a struct bytes is passed. Empty bytes have
// len 0; their data may be NULL.
struct bytes {
    void *data;
    size_t len;
};

// Bytes from `from` up to, but not including, `to`.
struct bytes_range {
    size_t from;
    size_t to;
};

// A copy that the caller frees with bytes_free.
struct bytes bytes_copy(struct bytes from);

// Frees the data and leaves b empty.
void bytes_free(struct bytes *b);

// Same length, same content?
bool bytes_equal(struct bytes a, struct bytes b);

#endif
