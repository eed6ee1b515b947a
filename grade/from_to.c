#include "grade/from_to.h"

#include "rt/alloc.h"

#include <string.h>

void from_to_split(const char *place, char **from, char **to)
{
    const char *colon = strchr(place, ':');
    *from = alloc_string(place);
    *to = alloc_string(colon == NULL ? place : colon + 1);
    if (colon != NULL)
        (*from)[colon - place] = '\0';
}
