#include "timing/data.h"

#include "rt/alloc.h"
#include "rt/bad_input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- CSV ----

#define MAX_FIELDS 64

// One row. Its fields are in `text`, one after the other.
struct row {
    char *text;
    size_t size, capacity;
    size_t field[MAX_FIELDS];  // The offset of each.
    int n;
};

static void put(struct row *row, char c)
{
    if (row->size == row->capacity) {
        row->capacity = row->capacity * 2 + 1000;
        row->text = alloc_resize(row->text, row->capacity, 1);
    }
    row->text[row->size++] = c;
}

static void begin_field(struct row *row)
{
    if (row->n < MAX_FIELDS)
        row->field[row->n++] = row->size;
}

// Reads a quoted field, whose first quote was read. Returns the character
// behind it.
static int read_quoted(struct row *row, FILE *file)
{
    for (;;) {
        int c = getc(file);
        if (c == EOF)
            return c;
        if (c == '"' && (c = getc(file)) != '"')
            return c;
        put(row, (char)c);
    }
}

// Reads a row. False at the end of the file.
static bool read_row(struct row *row, FILE *file)
{
    row->n = 0;
    row->size = 0;
    int c = getc(file);
    if (c == EOF)
        return false;
    for (;;) {
        begin_field(row);
        if (c == '"')
            c = read_quoted(row, file);
        for (; c != EOF && c != ',' && c != '\n'; c = getc(file))
            if (c != '\r')
                put(row, (char)c);
        put(row, '\0');
        if (c != ',')
            return true;
        c = getc(file);
    }
}

// The names of the columns that are used.
static const char *const columns[] = { "raft",  "time",   "suite",   "test",
                                       "run",   "result", "seconds", "rpcs",
                                       "bytes", "record" };
enum {
    RAFT,
    TIME,
    SUITE,
    TEST,
    RUN,
    RESULT,
    COLUMN_SECONDS,
    COLUMN_RPCS,
    COLUMN_BYTES,
    RECORD,
    N_COLUMNS
};

struct table {
    const char *path;
    struct row row;
    int at[N_COLUMNS];  // The field of each column.
};

static void find_columns(struct table *table)
{
    for (int c = 0; c < N_COLUMNS; c++) {
        table->at[c] = -1;
        for (int k = 0; k < table->row.n; k++) {
            if (strcmp(table->row.text + table->row.field[k], columns[c]) == 0)
                table->at[c] = k;
        }
        if (table->at[c] < 0)
            bad_input("timing",
                      "%s: wants the file that make sim CSV= writes; it has "
                      "no column \"%s\"",
                      table->path, columns[c]);
    }
}

static const char *field(const struct table *table, int column)
{
    int k = table->at[column];
    return k < table->row.n ? table->row.text + table->row.field[k] : "";
}

static double number(const struct table *table, int column)
{
    const char *text = field(table, column);
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= 0 && value < 1e18))
        bad_input("timing", "%s: \"%s\" in column \"%s\" is no number",
                  table->path, text, columns[column]);
    return value;
}

// ---- Groups and tests ----

// Reads a name, which is used in names of files and in markup. Others are
// refused.
static const char *name(const struct table *table, int column)
{
    const char *text = field(table, column);
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz"
                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    if (length == 0 || text[length] != '\0')
        bad_input("timing", "%s: \"%s\" in column \"%s\" is no name",
                  table->path, text, columns[column]);
    return text;
}

static int find_group(struct data *data, const struct table *table)
{
    const char *raft = field(table, RAFT), *time = name(table, TIME);
    for (int g = 0; g < data->n_groups; g++) {
        if (strcmp(data->groups[g].raft, raft) == 0 &&
            strcmp(data->groups[g].time, time) == 0)
            return g;
    }
    if (data->n_groups == MAX_GROUPS)
        bad_input("timing", "more than %d Rafts and kinds of time", MAX_GROUPS);
    data->groups[data->n_groups].raft = alloc_string(raft);
    data->groups[data->n_groups].time = alloc_string(time);
    return data->n_groups++;
}

static struct test *find_test(struct data *data, const struct table *table)
{
    const char *suite = name(table, SUITE), *test_name = name(table, TEST);
    for (int t = 0; t < data->n_tests; t++) {
        if (strcmp(data->tests[t].suite, suite) == 0 &&
            strcmp(data->tests[t].name, test_name) == 0)
            return &data->tests[t];
    }
    if (data->n_tests == MAX_TESTS)
        bad_input("timing", "more than %d tests", MAX_TESTS);
    struct test *test = &data->tests[data->n_tests++];
    test->suite = alloc_string(suite);
    test->name = alloc_string(test_name);
    return test;
}

static void add_row(struct data *data, const struct table *table)
{
    int g = find_group(data, table);
    bool passed = strcmp(field(table, RESULT), "passed") == 0;
    struct test *test = find_test(data, table);
    data->groups[g].n_runs++;
    test->n_runs[g]++;
    if (!passed)
        return;
    test->n_passed[g]++;
    const char *record = field(table, RECORD);
    if (*record != '\0')
        times_read(&data->groups[g], record);
    samples_add(&test->figures[g][SECONDS], number(table, COLUMN_SECONDS));
    samples_add(&test->figures[g][RPCS], number(table, COLUMN_RPCS));
    samples_add(&test->figures[g][BYTES], number(table, COLUMN_BYTES));
}

void data_read(struct data *data, const char *path)
{
    struct table table = { .path = path };
    FILE *file = fopen(path, "re");
    if (file == NULL)
        bad_input("timing", "%s: %s", path, strerror(errno));
    if (!read_row(&table.row, file))
        bad_input("timing",
                  "%s: is empty; wants the file that make sim CSV= writes",
                  path);
    find_columns(&table);
    while (read_row(&table.row, file))
        add_row(data, &table);
    fclose(file);
    free(table.row.text);
}

void data_sort(struct data *data)
{
    for (int g = 0; g < data->n_groups; g++) {
        for (int m = 0; m < N_MEASURES; m++)
            samples_sort(&data->groups[g].measured[m]);
        for (int t = 0; t < data->n_tests; t++) {
            for (int f = 0; f < N_FIGURES; f++)
                samples_sort(&data->tests[t].figures[g][f]);
        }
    }
}

void data_free(struct data *data)
{
    for (int g = 0; g < data->n_groups; g++) {
        for (int m = 0; m < N_MEASURES; m++)
            samples_free(&data->groups[g].measured[m]);
        for (int t = 0; t < data->n_tests; t++) {
            for (int f = 0; f < N_FIGURES; f++)
                samples_free(&data->tests[t].figures[g][f]);
        }
        samples_free(&data->groups[g].begun);
        free(data->groups[g].raft);
        free(data->groups[g].time);
    }
    for (int t = 0; t < data->n_tests; t++) {
        free(data->tests[t].suite);
        free(data->tests[t].name);
    }
}
