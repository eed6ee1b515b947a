#include "grade/to_json.h"

#include "grade/store.h"
#include "rt/alloc.h"
#include "rt/clean.h"

#include <stdlib.h>
#include <string.h>

#define DIGITS 10  // Of a number: 2.37, not 2.3700000000000001.

json_t *to_json_text(const char *text)
{
    if (text == NULL)
        return json_null();
    char *copy = alloc_string(text);
    clean_text(copy, strlen(copy));
    json_t *value = json_string(copy);
    free(copy);
    return value;
}

void to_json_set(json_t *object, const char *field, json_t *value)
{
    if (value == NULL || json_object_set_new(object, field, value) != 0)
        abort();
}

bool to_json_write(json_t *value, const char *path)
{
    char *text = json_dumps(value, JSON_INDENT(1) | JSON_ENSURE_ASCII |
                                       JSON_REAL_PRECISION(DIGITS));
    json_decref(value);
    if (text == NULL)
        abort();
    char *line = alloc_format("%s\n", text);
    bool ok = store_write(path, line, strlen(line));
    free(text);
    free(line);
    return ok;
}
