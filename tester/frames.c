// A frame belongs to the harness if its source file is in one of our folders.
#include "tester/frames.h"

#include <execinfo.h>
#include <stdio.h>
#include <string.h>

#define MAX_PLACES 3

bool frames_is_harness(const char *file)
{
    static const char *const folders[] = { "tester/",    "checker/", "decode/",
                                           "record/",    "runner/",  "labrpc/",
                                           "events/",    "virtual/", "rt/",
                                           "persister/", "sim/" };
    for (size_t k = 0; k < sizeof folders / sizeof *folders; k++) {
        if (strncmp(file, folders[k], strlen(folders[k])) == 0)
            return true;
    }
    return false;
}

bool frames_describe(struct symbols *symbols, void *const *frames, int count,
                     char *text, size_t size)
{
    int n = 0;
    size_t len = 0;
    for (int k = 0; k < count && n < MAX_PLACES && len < size; k++) {
        struct symbol place = symbols_find_frame(symbols, frames, k);
        if (place.file == NULL || frames_is_harness(place.file))
            continue;
        len += (size_t)snprintf(text + len, size - len, "%s%s (%s:%d)",
                                n > 0 ? ", from " : "", place.function,
                                place.file, place.line);
        n++;
    }
    return n > 0;
}

void frames_describe_here(char *text, size_t size)
{
    void *frames[MAX_FRAMES];
    int count = backtrace(frames, MAX_FRAMES);
    struct symbols *symbols = symbols_open();
    if (!frames_describe(symbols, frames, count, text, size))
        snprintf(text, size, "an unknown place");
    symbols_close(symbols);
}
