#include "grade/secret.h"

#include "grade/store.h"
#include "rt/alloc.h"
#include "rt/bad_input.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define MIN_BYTES 16
#define MAX_BYTES 4096
#define OWN_BYTES 32

void secret_digest(const void *bytes, size_t size, char digest[SECRET_DIGEST])
{
    unsigned char raw[EVP_MAX_MD_SIZE];
    if (EVP_Digest(bytes, size, raw, NULL, EVP_sha256(), NULL) != 1)
        bad_input("grade", "libcrypto gives no SHA-256");
    for (int k = 0; k < SECRET_DIGEST / 2; k++)
        snprintf(digest + (size_t)k * 2, 3, "%02x", raw[k]);
}

struct secret secret_read(const char *path)
{
    struct secret secret;
    secret.bytes = store_read(path, MAX_BYTES, &secret.size);
    if (secret.bytes == NULL)
        bad_input("grade", "the secret (make's SECRET=) %s: %s", path,
                  strerror(errno));
    if (secret.size < MIN_BYTES)
        bad_input("grade",
                  "the secret (make's SECRET=) %s: wants at least %d bytes, "
                  "such as head -c 32 /dev/urandom gives",
                  path, MIN_BYTES);
    char digest[SECRET_DIGEST];
    secret_digest(secret.bytes, secret.size, digest);
    memcpy(secret.id, digest, SECRET_ID - 1);
    secret.id[SECRET_ID - 1] = '\0';
    return secret;
}

// Writes the new secret under another name, then links it to its own: of two
// that make one at the same time, both use the first. False, with errno set, if
// it cannot be.
static bool make(const char *path)
{
    unsigned char bytes[OWN_BYTES];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return false;
    char *new = alloc_format("%s.%d.new", path, (int)getpid());
    mode_t old = umask(077);
    bool made = store_write(new, bytes, sizeof bytes) &&
                (link(new, path) == 0 || errno == EEXIST);
    umask(old);
    int error = errno;
    unlink(new);
    free(new);
    errno = error;
    return made;
}

struct secret secret_of_grading(const char *out, bool says)
{
    char *path = alloc_format("%s/.secret", out);
    if (access(path, F_OK) != 0) {
        if (!make(path))
            bad_input("grade", "%s: no secret can be kept there: %s", out,
                      strerror(errno));
        if (says)
            fprintf(stderr,
                    "The seeds are drawn from a new secret, %s;\n"
                    "keep it to get the same scores again.\n",
                    path);
    }
    struct secret secret = secret_read(path);
    free(path);
    return secret;
}

uint64_t secret_seed(const struct secret *secret, const char *digest,
                     enum layer layer, uint64_t most)
{
    char *text = alloc_format("%s %s", digest, layer_word(layer));
    unsigned char raw[EVP_MAX_MD_SIZE];
    if (HMAC(EVP_sha256(), secret->bytes, (int)secret->size,
             (const unsigned char *)text, strlen(text), raw, NULL) == NULL)
        bad_input("grade", "libcrypto gives no HMAC");
    free(text);
    uint64_t number = 0;
    for (int k = 0; k < 8; k++)
        number = number << 8 | raw[k];
    return 1 + number % most;
}
