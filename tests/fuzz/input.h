// The bytes of a fuzzer, taken piece by piece. After the end there are zeros.
#ifndef TESTS_FUZZ_INPUT_H
#define TESTS_FUZZ_INPUT_H

#include "rt/bytes.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// libFuzzer calls this.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    const uint8_t *data;
    size_t left;
};

static inline uint8_t take_byte(struct input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->data++;
}

// Returns at most `len` bytes. They still belong to the input.
static inline struct bytes take_bytes(struct input *input, size_t len)
{
    struct bytes taken = { (void *)input->data,
                           len < input->left ? len : input->left };
    input->data += taken.len;
    input->left -= taken.len;
    return taken;
}

// Most words are small, some are near the limits of an int, some are arbitrary.
static inline uint32_t take_word(struct input *input)
{
    uint32_t word = take_byte(input);
    if (word < 0xe0)
        return word;
    if (word < 0xf0)
        return (uint32_t)INT32_MAX - (word - 0xe0);
    struct bytes any = take_bytes(input, sizeof word);
    if (any.len > 0)
        memcpy(&word, any.data, any.len);
    return word;
}

// An assertion that NDEBUG does not switch off.
static inline void must(int holds)
{
    if (!holds)
        abort();
}

#endif
