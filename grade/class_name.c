#include "grade/class_name.h"

#include "rt/html.h"

#include <stddef.h>

void class_name_put(const char *name, const char *given, FILE *to)
{
    fputs("<td class='name'>", to);
    html_put(given != NULL ? given : name, to);
    if (given != NULL) {
        fputs("<div class='faint'>", to);
        html_put(name, to);
        fputs("</div>", to);
    }
    fputs("</td>", to);
}
