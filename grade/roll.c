#include "grade/roll.h"

#include "grade/store.h"
#include "grade/to_json.h"
#include "rt/alloc.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BYTES ((size_t)16 << 20)

static char *path_in(const char *out)
{
    return alloc_format("%s/.roll", out);
}

bool roll_write(const char *out, const struct submissions *submissions)
{
    json_t *roll = json_array();
    for (int k = 0; k < submissions->n; k++) {
        const struct submission *one = &submissions->all[k];
        json_t *entry = json_object();
        to_json_set(entry, "name", to_json_text(one->name));
        if (one->given != NULL)
            to_json_set(entry, "handed_in_as", to_json_text(one->given));
        json_array_append_new(roll, entry);
    }
    char *path = path_in(out);
    bool written = to_json_write(roll, path);
    free(path);
    return written;
}

static void add(struct submissions *submissions, const json_t *entry)
{
    const char *name = json_string_value(json_object_get(entry, "name"));
    const char *given =
        json_string_value(json_object_get(entry, "handed_in_as"));
    if (name == NULL)
        return;
    submissions->all = alloc_resize(
        submissions->all, (size_t)submissions->n + 1, sizeof *submissions->all);
    submissions->all[submissions->n++] = (struct submission){
        .name = alloc_string(name),
        .given = given != NULL ? alloc_string(given) : NULL,
    };
}

bool roll_read(const char *out, struct submissions *submissions)
{
    *submissions = (struct submissions){ NULL, 0 };
    size_t size;
    char *path = path_in(out), *text = store_read(path, MOST_BYTES, &size);
    free(path);
    json_t *roll = text != NULL ? json_loadb(text, size, 0, NULL) : NULL;
    free(text);
    bool is_there = json_is_array(roll);
    for (size_t k = 0; k < json_array_size(roll); k++)
        add(submissions, json_array_get(roll, k));
    json_decref(roll);
    return is_there;
}

bool roll_has(const struct submissions *submissions, const char *name)
{
    for (int k = 0; k < submissions->n; k++) {
        if (strcmp(submissions->all[k].name, name) == 0)
            return true;
    }
    return false;
}
