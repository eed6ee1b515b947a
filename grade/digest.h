// SHA-256, by libcrypto.
#ifndef GRADE_DIGEST_H
#define GRADE_DIGEST_H

#include <stddef.h>

#define DIGEST_SIZE 65  // Hexadecimal, with its '\0'.

// Sets `digest` to the SHA-256 of the bytes.
void digest_of(const void *bytes, size_t size, char digest[DIGEST_SIZE]);

#endif
