// A hash of 64 bits, which stands for a command when commands are compared.
#ifndef DECODE_HASH_H
#define DECODE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

// A variant of FNV-1a. It hashes words of eight bytes, and then the remaining
// bytes one by one. The length is mixed in, too. It is not a cryptographic
// hash.
static inline uint64_t hash_bytes(const void *data, size_t len)
{
    const uint64_t prime = UINT64_C(0x100000001b3);
    uint64_t hash = (UINT64_C(0xcbf29ce484222325) ^ len) * prime;
    const unsigned char *at = data;
    for (; len >= sizeof hash; len -= sizeof hash, at += sizeof hash) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        hash = (hash ^ word) * prime;
        hash ^= hash >> 32;
    }
    for (; len > 0; len--, at++)
        hash = (hash ^ *at) * prime;
    return hash ^ hash >> 29;
}

#endif
