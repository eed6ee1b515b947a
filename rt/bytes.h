// A run of bytes: a command, an encoded message, a snapshot.
#ifndef RT_BYTES_H
#define RT_BYTES_H

#include <stdbool.h>
#include <stddef.h>

// A function that takes or returns a struct bytes says who owns `data`. Empty
// bytes have len 0; their data may be NULL.
struct bytes {
    void *data;
    size_t len;
};

// Bytes from `from` up to, but not including, `to`.
struct bytes_range {
    size_t from;
    size_t to;
};

// Returns a copy, which the caller frees with bytes_free.
struct bytes bytes_copy(struct bytes from);

// Frees the data and leaves b empty.
void bytes_free(struct bytes *b);

// Are both of the same length and content?
bool bytes_equal(struct bytes a, struct bytes b);

#endif
