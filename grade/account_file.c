#include "grade/account_file.h"

#include "grade/account.h"
#include "grade/line.h"
#include "grade/store.h"
#include "rt/alloc.h"
#include "rt/clean.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNKNOWN (-1.0)

// ---- Parts of an account ----

// Reading goes on after a mistake; the first one is kept.
struct reading {
    char *why;  // NULL as long as all is well.
};

static void __attribute__((format(printf, 2, 3)))
wrong(struct reading *r, const char *format, ...)
{
    if (r->why != NULL)
        return;
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    clean_text(text, strlen(text));
    r->why = alloc_string(text);
}

static char *safe_copy(const char *text)
{
    char *copy = alloc_string(text);
    clean_text(copy, strlen(copy));
    return copy;
}

// A text that may be absent. The caller frees it.
static char *read_optional(struct reading *r, json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    if (value == NULL || json_is_null(value))
        return NULL;
    if (!json_is_string(value)) {
        wrong(r, "\"%s\" wants a text", key);
        return NULL;
    }
    return safe_copy(json_string_value(value));
}

static char *read_text(struct reading *r, json_t *object, const char *key)
{
    char *text = read_optional(r, object, key);
    if (text != NULL)
        return text;
    wrong(r, "there is no \"%s\"", key);
    return alloc_string("");
}

// That of a submission which was not built has all of the compiler's words.
static char *read_reason(struct reading *r, json_t *object)
{
    char *text = read_optional(r, object, "reason");
    char *line = text != NULL ? line_of_reason(text) : NULL;
    free(text);
    return line;
}

// A number from 0 on, or `absent` if there is none.
static double read_figure(struct reading *r, json_t *object, const char *key,
                          double absent)
{
    json_t *value = json_object_get(object, key);
    if (value == NULL || json_is_null(value))
        return absent;
    double number = json_number_value(value);
    if (!json_is_number(value) || !isfinite(number) || number < 0)
        wrong(r, "\"%s\" wants a number from 0 on", key);
    return number;
}

static double read_number(struct reading *r, json_t *object, const char *key)
{
    if (json_object_get(object, key) == NULL)
        wrong(r, "there is no \"%s\"", key);
    return read_figure(r, object, key, 0);
}

static int read_count(struct reading *r, json_t *object, const char *key)
{
    double number = read_number(r, object, key);
    if (number > 1e9 || number != floor(number))
        wrong(r, "\"%s\" wants a whole number", key);
    return number > 1e9 ? 0 : (int)number;
}

// An array that may be absent; NULL then.
static json_t *read_array(struct reading *r, json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    if (value != NULL && !json_is_array(value))
        wrong(r, "\"%s\" wants an array", key);
    return json_is_array(value) ? value : NULL;
}

static bool is_least_of(double points, double of)
{
    return points <= of * (1 + 1e-9);
}

// ---- Tests and failures ----

static void read_layer(struct reading *r, const char *name, json_t *from,
                       struct graded_test *test)
{
    if (test->n_layers == GRADED_MAX_LAYERS || !json_is_object(from)) {
        wrong(r, "the layers of %s are not as they should be", test->name);
        return;
    }
    test->layers[test->n_layers++] = (struct graded_layer){
        .name = safe_copy(name),
        .runs = read_count(r, from, "runs"),
        .passed = read_count(r, from, "passed"),
        .failed = read_count(r, from, "failed"),
        .inconclusive = read_count(r, from, "inconclusive"),
        .rpcs = read_figure(r, from, "rpcs", UNKNOWN),
        .bytes = read_figure(r, from, "bytes", UNKNOWN),
        .commands = read_figure(r, from, "commands", UNKNOWN),
        .seconds = read_figure(r, from, "seconds", UNKNOWN),
        .saves = read_figure(r, from, "saves", UNKNOWN),
    };
}

static void read_test(struct reading *r, json_t *from, struct graded_test *test)
{
    test->suite = read_text(r, from, "suite");
    test->name = read_text(r, from, "name");
    test->points = read_number(r, from, "points");
    test->of = read_number(r, from, "of");
    if (!is_least_of(test->points, test->of))
        wrong(r, "%s has more points than there are", test->name);

    const char *name;
    json_t *layer, *layers = json_object_get(from, "layers");
    json_object_foreach(layers, name, layer) read_layer(r, name, layer, test);
}

// The path of a file in failures/; nothing else becomes a link.
static char *read_path(struct reading *r, json_t *from, const char *key)
{
    static const char folder[] = "failures/";
    char *path = read_optional(r, from, key);
    if (path == NULL)
        return NULL;
    const char *name = path + strlen(folder);
    if (strncmp(path, folder, strlen(folder)) != 0 || *name == '.' ||
        strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                     "0123456789._-") != strlen(name))
        wrong(r, "\"%s\" wants a file in failures/", key);
    return path;
}

static void read_failure(struct reading *r, json_t *from,
                         struct graded_failure *failure)
{
    failure->message = read_text(r, from, "message");
    failure->layer = read_text(r, from, "layer");
    failure->suite = read_text(r, from, "suite");
    failure->test = read_text(r, from, "test");
    failure->rule = read_optional(r, from, "rule");
    failure->runs = read_count(r, from, "runs");
    failure->summary = read_path(r, from, "summary");
    failure->page = read_path(r, from, "page");
}

static void read_tests(struct reading *r, json_t *from, struct graded *to)
{
    json_t *tests = read_array(r, from, "tests");
    int n = (int)json_array_size(tests);
    to->tests = alloc((size_t)n * sizeof *to->tests);
    for (to->n_tests = 0; to->n_tests < n; to->n_tests++)
        read_test(r, json_array_get(tests, (size_t)to->n_tests),
                  &to->tests[to->n_tests]);
}

static void read_failures(struct reading *r, json_t *from, struct graded *to)
{
    json_t *failures = read_array(r, from, "failures");
    int n = (int)json_array_size(failures);
    to->failures = alloc((size_t)n * sizeof *to->failures);
    for (to->n_failures = 0; to->n_failures < n; to->n_failures++)
        read_failure(r, json_array_get(failures, (size_t)to->n_failures),
                     &to->failures[to->n_failures]);
}

// The texts of an array. The caller frees them.
static char **read_texts(struct reading *r, json_t *from, const char *key,
                         int *n)
{
    json_t *array = read_array(r, from, key);
    char **texts = alloc((json_array_size(array) + 1) * sizeof *texts);
    for (*n = 0; *n < (int)json_array_size(array); (*n)++) {
        const char *text = json_string_value(json_array_get(array, (size_t)*n));
        if (text == NULL)
            wrong(r, "\"%s\" wants texts", key);
        texts[*n] = safe_copy(text != NULL ? text : "");
    }
    return texts;
}

// "2A 2B"
static char *read_parts(struct reading *r, json_t *from)
{
    int n;
    char *joined, **parts = read_texts(r, from, "parts", &n);
    size_t size;
    FILE *to = alloc_stream(&joined, &size);
    for (int k = 0; k < n; k++) {
        fprintf(to, "%s%s", k > 0 ? " " : "", parts[k]);
        free(parts[k]);
    }
    fclose(to);
    free(parts);
    return joined;
}

// ---- An account ----

static void check_state(struct reading *r, const char *state)
{
    static const char *const states[] = { "graded", "refused", "not built",
                                          "for a person" };
    for (size_t k = 0; k < sizeof states / sizeof *states; k++) {
        if (strcmp(state, states[k]) == 0)
            return;
    }
    wrong(r, "there is no state \"%s\"", state);
}

static void read_account(struct reading *r, json_t *from, const char *name,
                         struct graded *to)
{
    *to = (struct graded){
        .name = read_text(r, from, "name"),
        .given = read_optional(r, from, "handed_in_as"),
        .state = read_text(r, from, "state"),
        .reason = read_reason(r, from),
        .digest = read_text(r, from, "digest"),
        .score = read_number(r, from, "score"),
        .of = read_number(r, from, "of"),
        .version = read_text(r, from, "raftlab"),
        .points = read_text(r, from, "points"),
        .secret = read_text(r, from, "secret"),
        .parts = read_parts(r, from),
    };
    read_tests(r, from, to);
    read_failures(r, from, to);
    to->mismatches = read_texts(r, from, "mismatches", &to->n_mismatches);

    check_state(r, to->state);
    if (strcmp(to->name, name) != 0)
        wrong(r, "it is the account of \"%s\"", to->name);
    if (!is_least_of(to->score, to->of))
        wrong(r, "the score is more than there is");
}

static void free_test(struct graded_test *test)
{
    for (int k = 0; k < test->n_layers; k++)
        free(test->layers[k].name);
    free(test->suite);
    free(test->name);
}

static void free_failure(struct graded_failure *failure)
{
    free(failure->message);
    free(failure->layer);
    free(failure->suite);
    free(failure->test);
    free(failure->rule);
    free(failure->summary);
    free(failure->page);
}

void account_file_free(struct graded *graded)
{
    for (int k = 0; k < graded->n_tests; k++)
        free_test(&graded->tests[k]);
    for (int k = 0; k < graded->n_failures; k++)
        free_failure(&graded->failures[k]);
    for (int k = 0; k < graded->n_mismatches; k++)
        free(graded->mismatches[k]);
    free(graded->tests);
    free(graded->failures);
    free((void *)graded->mismatches);
    free(graded->name);
    free(graded->given);
    free(graded->state);
    free(graded->reason);
    free(graded->digest);
    free(graded->version);
    free(graded->points);
    free(graded->secret);
    free(graded->parts);
}

// ---- The file ----

// The object in a file; NULL if there is none. json_decref frees it.
static json_t *load(struct reading *r, const char *path)
{
    size_t size;
    char *bytes = store_read(path, ACCOUNT_MOST_BYTES, &size);
    if (bytes == NULL) {
        wrong(r, "it cannot be read: %s", strerror(errno));
        return NULL;
    }
    json_error_t error;
    json_t *from = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, &error);
    free(bytes);
    if (from == NULL)
        wrong(r, "line %d: %s", error.line, error.text);
    else if (!json_is_object(from))
        wrong(r, "it is no object");
    else
        return from;
    json_decref(from);
    return NULL;
}

char *account_file_read(struct graded *to, const char *path, const char *name)
{
    struct reading r = { NULL };
    json_t *from = load(&r, path);
    *to = (struct graded){ 0 };
    if (from != NULL)
        read_account(&r, from, name, to);
    json_decref(from);
    return r.why;
}
