// simlab's process holds the student's code, so its file may hold anything.
// Each field that is used is checked, and a file with one that is wrong is not
// believed at all.
#include "grade/runs.h"

#include "grade/store.h"
#include "rt/alloc.h"
#include "rt/clean.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BYTES_A_RUN 8192
#define MOST_BYTES_A_ROW (64 << 10)
#define MOST_BYTES       ((size_t)256 << 20)
#define MOST_SECONDS     1e6
#define MESSAGE_BYTES    2000
#define NAME_BYTES       200
#define SHOWN_BYTES      60

// The runs that were asked for, as far as the file has told them.
struct reading {
    const struct asked *asked;
    struct run *told;  // The runs of the first test, of the second, and so on.
    bool *is_told;
    char *wrong;  // The first mistake; or NULL.
};

static int count(const struct asked *asked)
{
    return asked->n_tests * asked->runs;
}

// The first mistake counts. The words are the student's: they are cleaned.
__attribute__((format(printf, 2, 3))) static void mistake(
    struct reading *reading, const char *format, ...)
{
    if (reading->wrong != NULL)
        return;
    va_list args;
    va_start(args, format);
    if (vasprintf(&reading->wrong, format, args) < 0)
        abort();
    va_end(args);
    clean_text(reading->wrong, strlen(reading->wrong));
}

// ---- Fields ----

// A text of a student's, safe to print, at most `most` bytes of it.
static char *cleaned(const char *text, size_t most)
{
    char *copy = alloc_format("%.*s", (int)most, text);
    clean_text(copy, strlen(copy));
    return copy;
}

// NULL if there is none, and that may be.
static const char *text_field(struct reading *reading, const json_t *row,
                              const char *name, bool may_be_absent)
{
    const json_t *value = json_object_get(row, name);
    if (value == NULL && may_be_absent)
        return NULL;
    if (json_is_string(value))
        return json_string_value(value);
    mistake(reading, "a row's %s is no text", name);
    return may_be_absent ? NULL : "";
}

static long long whole_field(struct reading *reading, const json_t *row,
                             const char *name, long long most)
{
    const json_t *value = json_object_get(row, name);
    long long whole = json_integer_value(value);
    if (json_is_integer(value) && whole >= 0 && whole <= most)
        return whole;
    mistake(reading, "a row's %s is no whole number from 0 to %lld", name,
            most);
    return 0;
}

static double real_field(struct reading *reading, const json_t *row,
                         const char *name)
{
    const json_t *value = json_object_get(row, name);
    double real = json_number_value(value);
    if (json_is_number(value) && real >= 0 && real <= MOST_SECONDS)
        return real;
    mistake(reading, "a row's %s is no number from 0 to %g", name,
            MOST_SECONDS);
    return 0;
}

static enum run_state state_field(struct reading *reading, const json_t *row)
{
    static const char *const words[] = { [RUN_PASSED] = "passed",
                                         [RUN_FAILED] = "failed",
                                         [RUN_INCONCLUSIVE] = "inconclusive" };
    const char *word = text_field(reading, row, "result", false);
    for (int k = RUN_PASSED; k <= RUN_INCONCLUSIVE; k++)
        if (strcmp(word, words[k]) == 0)
            return (enum run_state)k;
    mistake(reading,
            "a row's result is \"%.*s\", not passed, failed or inconclusive",
            SHOWN_BYTES, word);
    return RUN_FAILED;
}

// The record's name without its folder, which is the caller's; NULL if it is no
// name that the lab gives.
static char *record_field(struct reading *reading, const json_t *row)
{
    const char *path = text_field(reading, row, "record", true);
    if (path == NULL)
        return NULL;
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    size_t plain = strspn(name, "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");
    if (plain > 0 && plain <= NAME_BYTES && name[plain] == '\0' &&
        name[0] != '.')
        return alloc_string(name);
    mistake(reading, "a row's record is no name of a record");
    return NULL;
}

static char *message_of(enum run_state state, const char *text)
{
    if (state == RUN_PASSED)
        return NULL;
    bool has_none = text == NULL || *text == '\0';
    return cleaned(has_none ? "it says nothing" : text, MESSAGE_BYTES);
}

// ---- Rows ----

// The place in asked->tests of the test that the row names; -1 if it is none.
static int asked_place(struct reading *reading, const json_t *row)
{
    const char *suite = text_field(reading, row, "suite", false);
    const char *name = text_field(reading, row, "test", false);
    const struct asked *asked = reading->asked;
    int test = known_find(suite, name);
    for (int k = 0; test != -1 && k < asked->n_tests; k++)
        if (asked->tests[k] == test)
            return k;
    mistake(reading, "a row is of %.*s/%.*s, which was not asked for",
            SHOWN_BYTES, suite, SHOWN_BYTES, name);
    return -1;
}

// The seed must be the one that was asked for.
static void check_seed(struct reading *reading, const json_t *row,
                       struct run *run)
{
    const struct asked *asked = reading->asked;
    bool is_real = asked->layer == LAYER_ISOLATED;
    const char *time = text_field(reading, row, "time", false);
    if (strcmp(time, is_real ? "real" : "virtual") != 0)
        mistake(reading, "a row is of another kind of time");
    if (is_real)
        return;
    run->seed = asked->first_seed + (uint64_t)run->number - 1;
    long long seed = whole_field(reading, row, "seed", LLONG_MAX);
    if ((uint64_t)seed != run->seed)
        mistake(reading, "a row has a seed that was not asked for");
}

static struct run read_run(struct reading *reading, const json_t *row,
                           int place)
{
    const struct asked *asked = reading->asked;
    struct run run = {
        .layer = asked->layer,
        .test = asked->tests[place],
        .number = (int)whole_field(reading, row, "run", asked->runs),
        .state = state_field(reading, row),
        .rpcs = (int)whole_field(reading, row, "rpcs", INT_MAX),
        .bytes = whole_field(reading, row, "bytes", LLONG_MAX),
        .commands = (int)whole_field(reading, row, "commands", INT_MAX),
        .saves = (int)whole_field(reading, row, "saves", INT_MAX),
        .seconds = real_field(reading, row, "seconds"),
        .cpu_s = real_field(reading, row, "cpu_seconds"),
        .record = record_field(reading, row),
    };
    check_seed(reading, row, &run);
    run.message =
        message_of(run.state, text_field(reading, row, "message", true));
    return run;
}

static void free_run(struct run *run)
{
    free(run->message);
    free(run->record);
}

static void read_row(struct reading *reading, const json_t *row)
{
    if (!json_is_object(row)) {
        mistake(reading, "a row is no object");
        return;
    }
    int place = asked_place(reading, row);
    if (place == -1)
        return;
    struct run run = read_run(reading, row, place);
    if (run.number < 1)
        mistake(reading, "a row's run is not from 1 on");
    size_t at =
        (size_t)place * (size_t)reading->asked->runs + (size_t)run.number - 1;
    if (reading->wrong == NULL && reading->is_told[at])
        mistake(reading, "a run has two rows");
    if (reading->wrong != NULL) {
        free_run(&run);
        return;
    }
    reading->told[at] = run;
    reading->is_told[at] = true;
}

// Parsed line by line, so that no file takes much memory.
static void read_line(struct reading *reading, const char *line, size_t len)
{
    json_error_t error;
    if (len > MOST_BYTES_A_ROW) {
        mistake(reading, "a row is larger than %d KB", MOST_BYTES_A_ROW >> 10);
        return;
    }
    json_t *row = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
    if (row == NULL)
        mistake(reading, "a row is no JSON");
    else
        read_row(reading, row);
    json_decref(row);
}

// An array of objects, a line each: "[", rows with a comma but for the last,
// "]".
static void read_rows(struct reading *reading, const char *text, size_t size)
{
    const char *end = text + size;
    bool is_open = false;
    bool is_closed = false;
    bool may_go_on = true;
    if (size == 3 && memcmp(text, "[]\n", 3) == 0)
        return;
    while (text < end && reading->wrong == NULL) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        size_t len = (size_t)((stop == NULL ? end : stop) - text);
        if (!is_open && len == 1 && *text == '[') {
            is_open = true;
        } else if (is_open && !is_closed && len == 1 && *text == ']') {
            is_closed = true;
        } else if (is_open && !is_closed && may_go_on && len > 0) {
            may_go_on = text[len - 1] == ',';
            read_line(reading, text, len - may_go_on);
        } else {
            break;
        }
        text += len + (stop != NULL);
    }
    if (text != end || !is_closed)
        mistake(reading, "it is no list of rows, a line each");
}

// ---- The whole file ----

static size_t most_bytes(const struct asked *asked)
{
    size_t most = (1 << 20) + (size_t)count(asked) * MOST_BYTES_A_RUN;
    return most < MOST_BYTES ? most : MOST_BYTES;
}

static void add(struct runs *runs, struct run run)
{
    // Rooms are doubled.
    if ((runs->n & (runs->n - 1)) == 0)
        runs->runs = alloc_resize(runs->runs, 2 * (size_t)runs->n + 1,
                                  sizeof *runs->runs);
    runs->runs[runs->n++] = run;
}

static struct run untold(const struct asked *asked, int at,
                         enum run_state state, const char *message)
{
    struct run run = { .layer = asked->layer,
                       .test = asked->tests[at / asked->runs],
                       .number = at % asked->runs + 1,
                       .state = state,
                       .message = cleaned(message, MESSAGE_BYTES) };
    if (asked->layer != LAYER_ISOLATED)
        run.seed = asked->first_seed + (uint64_t)run.number - 1;
    return run;
}

static void add_read(struct runs *runs, struct reading *reading)
{
    const struct asked *asked = reading->asked;
    for (int at = 0; at < count(asked); at++) {
        if (reading->is_told[at])
            add(runs, reading->told[at]);
        else
            add(runs, untold(asked, at, RUN_FAILED, "it has no result"));
    }
}

static void forget_read(struct reading *reading)
{
    for (int at = 0; at < count(reading->asked); at++)
        if (reading->is_told[at])
            free_run(&reading->told[at]);
}

char *runs_read(struct runs *runs, const char *json_file,
                const struct asked *asked)
{
    size_t n = (size_t)count(asked);
    struct reading reading = { .asked = asked,
                               .told = alloc(n * sizeof *reading.told + 1),
                               .is_told = alloc(n + 1) };
    size_t size;
    char *text = store_read(json_file, most_bytes(asked), &size);
    if (text == NULL && errno == EFBIG)
        mistake(&reading, "it is larger than %zu KB", most_bytes(asked) >> 10);
    else if (text == NULL)
        mistake(&reading, "it cannot be read: %s", strerror(errno));
    else
        read_rows(&reading, text, size);
    free(text);

    char *why = NULL;
    if (reading.wrong == NULL) {
        add_read(runs, &reading);
    } else {
        why = alloc_format("the file of results %s is not believed: %s",
                           layer_text(asked->layer), reading.wrong);
        forget_read(&reading);
        runs_add_all(runs, asked, RUN_FAILED, why);
    }
    free(reading.wrong);
    free(reading.told);
    free(reading.is_told);
    return why;
}

void runs_add_all(struct runs *runs, const struct asked *asked,
                  enum run_state state, const char *message)
{
    for (int at = 0; at < count(asked); at++)
        add(runs, untold(asked, at, state, message));
}

// ---- Repeats ----

static bool can_replace(const struct run *old, const struct run *new)
{
    return old->state == RUN_INCONCLUSIVE && new->state != RUN_INCONCLUSIVE &&
           old->layer == new->layer && old->test == new->test &&
           old->seed == new->seed;
}

// The inconclusive run that this one replaces; NULL if there is none.
static struct run *find_replaced(struct runs *runs, const struct run *new)
{
    for (int k = 0; k < runs->n; k++)
        if (can_replace(&runs->runs[k], new))
            return &runs->runs[k];
    return NULL;
}

int runs_repeat(struct runs *runs, struct runs *again)
{
    int replaced = 0;
    for (int k = 0; k < again->n; k++) {
        struct run *old = find_replaced(runs, &again->runs[k]);
        if (old == NULL)
            continue;
        struct run inconclusive = *old;
        *old = again->runs[k];
        old->number = inconclusive.number;
        again->runs[k] = inconclusive;
        replaced++;
    }
    return replaced;
}

void runs_free(struct runs *runs)
{
    for (int k = 0; k < runs->n; k++)
        free_run(&runs->runs[k]);
    free(runs->runs);
    *runs = (struct runs){ 0 };
}
