#include "grade/layer.h"

#include <string.h>

static const struct {
    const char *word;
    const char *text;
} names[N_LAYERS] = {
    [LAYER_ISOLATED] = { "isolated", "isolated" },
    [LAYER_VIRTUAL] = { "virtual", "in virtual time" },
    [LAYER_TSAN] = { "thread_sanitizer", "under ThreadSanitizer" },
    [LAYER_ASAN] = { "address_sanitizer", "under AddressSanitizer" },
};

const char *layer_word(enum layer layer)
{
    return names[layer].word;
}

const char *layer_text(enum layer layer)
{
    return names[layer].text;
}

enum layer layer_named(const char *word)
{
    int layer = 0;
    while (layer < N_LAYERS && strcmp(names[layer].word, word) != 0)
        layer++;
    return (enum layer)layer;
}
