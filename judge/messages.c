#include "judge/messages.h"

#include "judge/codecs.h"
#include "rt/alloc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *messages_set(const char *path)
{
    char text[MAX_LAYOUT + 1];
    FILE *file = fopen(path, "r");
    size_t len = file != NULL ? fread(text, 1, sizeof text, file) : 0;
    bool is_read = file != NULL && !ferror(file);
    int error = errno;
    if (file != NULL)
        fclose(file);
    if (!is_read)
        return alloc_format("%s cannot be read: %s", path, strerror(error));

    char *wrong;
    struct layout *layout = layout_read((struct bytes){ text, len }, &wrong);
    const char *format = "%s, %s";
    if (layout != NULL) {
        wrong = codecs_set(layout);  // The codecs keep the layout.
        format = "%s: %s";
    }
    if (wrong == NULL)
        return NULL;
    char *line = alloc_format(format, path, wrong);
    free(wrong);
    return line;
}
