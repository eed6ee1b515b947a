#include "tester/hang_internal.h"

#include <string.h>

// Frame k of a thread; the first is an instruction, not a return address.
struct symbol hang_find_frame(const struct hang *hang,
                              const struct thread_seen *thread, int k)
{
    const char *address = thread->frames[k];
    return symbols_find(hang->symbols, k == 0 ? address + 1 : address);
}

static const char wrapper[] = "__wrap_";

bool hang_is_wrapper(struct symbol symbol)
{
    return strncmp(symbol.function, wrapper, strlen(wrapper)) == 0;
}

// Removes the version from a library function's name: "f@GLIBC_2.34".
void hang_add_symbol(struct sentence *sentence, struct symbol symbol)
{
    if (hang_is_wrapper(symbol))
        sentence_add(sentence, "%s", symbol.function + strlen(wrapper));
    else if (symbol.file != NULL)
        sentence_add(sentence, "%s (%s:%d)", symbol.function, symbol.file,
                     symbol.line);
    else
        sentence_add(sentence, "%.*s", (int)strcspn(symbol.function, "@"),
                     symbol.function);
}

void hang_add_place(const struct hang *hang, struct sentence *sentence,
                    const char *before, const void *place)
{
    if (place == NULL)
        return;
    struct symbol symbol = symbols_find(hang->symbols, place);
    if (symbol.function[0] == '?')
        return;
    sentence_add(sentence, "%s", before);
    hang_add_symbol(sentence, symbol);
}

bool hang_has_name(struct symbol symbol)
{
    return symbol.function[0] != '?' && symbol.function[0] != '_';
}
