#include "grade/report.h"

#include "rt/alloc.h"
#include "rt/clean.h"

#include <stdlib.h>
#include <string.h>

const char *report_state_word(enum report_state state)
{
    static const char *const words[] = {
        [REPORT_GRADED] = "graded",
        [REPORT_REFUSED] = "refused",
        [REPORT_NOT_BUILT] = "not built",
        [REPORT_FOR_A_PERSON] = "for a person",
    };
    return words[state];
}

static bool ends_word(char c)
{
    return c == '\0' || strchr(" \t\n\"'`()[]{}<>,;=", c) != NULL;
}

// The length of the folders of the path that begins here; 0 if none does. A
// lone name behind a slash ("2A/churn", "a / b") is no path.
static size_t folders_at(const char *at)
{
    if (*at != '/')
        return 0;
    size_t folders = 0;
    for (size_t k = 1; !ends_word(at[k]); k++)
        if (at[k] == '/')
            folders = k + 1;
    return folders;
}

char *report_text(const char *text, size_t most)
{
    char *copy = alloc_format("%.*s", (int)most, text);
    clean_text(copy, strlen(copy));
    char *to = copy;
    bool begins_word = true;
    for (const char *from = copy; *from != '\0';) {
        from += begins_word ? folders_at(from) : 0;
        begins_word = ends_word(*from) || *from == ':';
        if (*from != '\0')
            *to++ = *from++;
    }
    *to = '\0';
    return copy;
}
