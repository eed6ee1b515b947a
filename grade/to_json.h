// Writes JSON files of a grading.
#ifndef GRADE_TO_JSON_H
#define GRADE_TO_JSON_H

#include <jansson.h>
#include <stdbool.h>

// A new string of any bytes: what harms a reader is replaced. null for NULL.
json_t *to_json_text(const char *text);

// Sets a field, which there must be memory for; takes the value.
void to_json_set(json_t *object, const char *field, json_t *value);

// Writes the value by grade/store, and lets go of it. False if it could not;
// errno says why.
bool to_json_write(json_t *value, const char *path);

#endif
