// The secret of staff, and what is drawn from it.
#ifndef GRADE_SECRET_H
#define GRADE_SECRET_H

#include "grade/layer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SECRET_DIGEST 65  // Hexadecimal digits of a SHA-256, and a 0.
#define SECRET_ID     17  // The first 16 of them.

struct secret {
    char *bytes;
    size_t size;
    char id[SECRET_ID];  // Tells secrets apart, and does not tell the secret.
};

// Reads the secret. Bad input ends the program with a line.
struct secret secret_read(const char *path);

// Reads the grading's own secret, which is made if there is none. Says so in a
// line, if `says`. Ends the program with a line if it cannot be.
struct secret secret_of_grading(const char *out, bool says);

// The first seed of a submission's runs in a layer, from 1 on. It follows from
// the secret and the submission, so that a seed which a Raft smuggles out is of
// no use to its next version.
//   digest  of the submission
//   most    the largest seed
uint64_t secret_seed(const struct secret *secret, const char *digest,
                     enum layer layer, uint64_t most);

// The SHA-256 of bytes, in hexadecimal digits.
void secret_digest(const void *bytes, size_t size, char digest[SECRET_DIGEST]);

#endif
