#include "runner/rows.h"

#include "record/json.h"
#include "record/record.h"
#include "rt/alloc.h"
#include "runner/output.h"
#include "runner/world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// One figure of a run: a text, or a number in some unit. It is absent if it is
// unknown or does not apply.
struct cell {
    const char *name;
    enum { ABSENT, TEXT, WHOLE, REAL } kind;
    const char *text;
    int64_t whole;
    double real;
};

#define MAX_CELLS 21

struct row {
    struct cell cells[MAX_CELLS];
    int n;
};

static void add_text(struct row *row, const char *name, const char *text)
{
    row->cells[row->n++] = (struct cell){ .name = name,
                                          .kind = text == NULL ? ABSENT : TEXT,
                                          .text = text };
}

static void add_whole(struct row *row, const char *name, int64_t value)
{
    row->cells[row->n++] =
        (struct cell){ .name = name, .kind = WHOLE, .whole = value };
}

static void add_real(struct row *row, const char *name, double value)
{
    row->cells[row->n++] =
        (struct cell){ .name = name, .kind = REAL, .real = value };
}

static void add_if(struct row *row, bool applies, const char *name,
                   int64_t value)
{
    add_whole(row, name, value);
    if (!applies)
        row->cells[row->n - 1].kind = ABSENT;
}

// The figures of one run, in the order of the columns.
static struct row make_row(const struct options *options,
                           const struct lab_test *test, int run,
                           const struct result *result)
{
    struct row row = { .n = 0 };
    add_text(&row, "raft", record_raft());
    add_text(&row, "time", world_is_simulated ? "virtual" : "real");
    add_text(&row, "suite", suite_label(test->suite));
    add_text(&row, "test", test->name);
    add_whole(&row, "run", run);
    add_if(&row, world_is_simulated, "seed", options_seed(options, run));
    add_text(&row, "policy", world_is_simulated ? options->policy : NULL);
    add_text(&row, "result", result_word(result->outcome));
    add_real(&row, "seconds", result->seconds);
    add_whole(&row, "servers", result->servers);
    add_whole(&row, "rpcs", result->rpcs);
    add_whole(&row, "bytes", result->bytes);
    add_whole(&row, "commands", result->commands);
    add_whole(&row, "saves", result->saves);
    add_real(&row, "cpu_seconds", result->cpu_s);
    add_if(&row, result->memory_kb > 0, "memory_kb", result->memory_kb);
    add_if(&row, !world_is_simulated, "late_ms", result->late_ms);
    add_text(&row, "message", result->message);
    add_text(&row, "warning", result->warning);
    add_text(&row, "log", result->log);
    add_text(&row, "record", result->record);
    return row;
}

// ---- CSV: RFC 4180, but for ends of lines, which are the system's ----

static void put_csv_text(const char *text, FILE *to)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, to);
        return;
    }
    fputc('"', to);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            fputc('"', to);
        fputc(*text, to);
    }
    fputc('"', to);
}

static void put_csv(const struct row *row, bool is_first, FILE *to)
{
    for (int k = 0; is_first && k < row->n; k++)
        fprintf(to, "%s%s", k > 0 ? "," : "", row->cells[k].name);
    if (is_first)
        fputc('\n', to);
    for (int k = 0; k < row->n; k++) {
        const struct cell *cell = &row->cells[k];
        if (k > 0)
            fputc(',', to);
        if (cell->kind == TEXT)
            put_csv_text(cell->text, to);
        else if (cell->kind == WHOLE)
            fprintf(to, "%lld", (long long)cell->whole);
        else if (cell->kind == REAL)
            fprintf(to, "%.6f", cell->real);
    }
    fputc('\n', to);
}

// ---- JSON: an array of objects, a line each ----

// Doubled until the line fits.
#define FIRST_BYTES 256

static struct json json_of(const struct row *row, char *line, size_t size)
{
    struct json j = json_begin(line, size);
    json_open(&j, NULL, '{');
    for (int k = 0; k < row->n; k++) {
        const struct cell *cell = &row->cells[k];
        if (cell->kind == TEXT)
            json_text(&j, cell->name, cell->text);
        else if (cell->kind == WHOLE)
            json_int(&j, cell->name, cell->whole);
        else if (cell->kind == REAL)
            json_float(&j, cell->name, cell->real);
    }
    json_close(&j, '}');
    return j;
}

static void put_json(const struct row *row, bool is_first, FILE *to)
{
    size_t size = FIRST_BYTES;
    char *line = alloc(size);
    struct json j = json_of(row, line, size);
    while (j.full) {
        size *= 2;
        line = alloc_resize(line, size, 1);
        j = json_of(row, line, size);
    }
    fputs(is_first ? "[\n" : ",\n", to);
    fwrite(line, 1, (size_t)(j.at - line), to);
    free(line);
}

// ---- Files ----

// Is there something else than a file, which must not be replaced?
static bool is_taken(const char *path)
{
    struct stat status;
    bool is_there = stat(path, &status) == 0;
    if (is_there && !S_ISREG(status.st_mode))
        errno = S_ISDIR(status.st_mode) ? EISDIR : EEXIST;
    return is_there && !S_ISREG(status.st_mode);
}

static void check(const char *option, const char *path)
{
    if (path == NULL)
        return;
    char *new = output_new_name(path);
    FILE *file = is_taken(path) ? NULL : fopen(new, "we");
    if (file == NULL)
        bad_input("lab", "%s wants a file to write to, not \"%s\": %s", option,
                  path, strerror(errno));
    fclose(file);
    unlink(new);
    free(new);
}

void rows_check(const struct options *options)
{
    check("--csv (make's CSV=)", options->csv);
    check("--json (make's JSON=)", options->json);
}

typedef void put_row(const struct row *row, bool is_first, FILE *to);

// The contents of a file.
struct table {
    const struct options *options;
    const struct result *results;
    put_row *put;
};

static void put_rows(const void *self, FILE *to)
{
    const struct table *table = self;
    const struct options *options = table->options;
    const struct result *result = table->results;
    bool is_first = true;
    for (int test = 0; test < options->n_tests; test++) {
        for (int run = 1; run <= options->runs; run++, result++) {
            if (result->outcome == NOT_RUN)
                continue;
            struct row row =
                make_row(options, options->tests[test], run, result);
            table->put(&row, is_first, to);
            is_first = false;
        }
    }
    if (table->put == put_json)
        fputs(is_first ? "[]\n" : "\n]\n", to);
}

static bool write_file(const struct options *options,
                       const struct result *results, const char *path,
                       put_row *put)
{
    struct table table = { options, results, put };
    if (path == NULL || output_write(path, put_rows, &table))
        return true;
    fprintf(stderr, "lab: %s could not be written: %s\n", path,
            strerror(errno));
    return false;
}

bool rows_write(const struct options *options, const struct result *results)
{
    bool csv = write_file(options, results, options->csv, put_csv);
    bool json = write_file(options, results, options->json, put_json);
    return csv && json;
}
