// A spreadsheet runs a cell that looks like a formula. So such a text begins
// with an apostrophe, which says that it is a text.
#include "grade/csv.h"

#include "grade/columns.h"
#include "grade/graded.h"
#include "rt/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Without it, Excel reads other letters than English ones wrongly. Most have no
// such names, and then their programs need not know of it.
#define BYTE_ORDER_MARK "\ufeff"

// ---- Cells ----

// Does a spreadsheet take it for a formula? Some do so for the full-width
// forms, too.
static bool is_formula(const char *text)
{
    static const char *const begins[] = { "=",      "+",      "-",     "@",
                                          "\t",     "\r",     "\n",    "\uff1d",
                                          "\uff0b", "\uff0d", "\uff20" };
    for (size_t k = 0; k < sizeof begins / sizeof *begins; k++) {
        if (strncmp(text, begins[k], strlen(begins[k])) == 0)
            return true;
    }
    return false;
}

static void put_text(const char *text, FILE *to)
{
    fputc('"', to);
    if (is_formula(text))
        fputc('\'', to);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            fputc('"', to);
        fputc(*text, to);
    }
    fputc('"', to);
}

// Some tests are worth less than a tenth of a point.
static void put_points(double points, FILE *to)
{
    fprintf(to, ",%.4g", points);
}

static void end_row(FILE *to)
{
    fputs("\r\n", to);
}

// ---- Rows ----

static void put_head(const struct columns *columns, FILE *to)
{
    fputs("name,score,of,state", to);
    for (int k = 0; k < columns->n; k++) {
        char *title = alloc_format("%s %s", columns->each[k].suite,
                                   columns->each[k].name);
        fputc(',', to);
        put_text(title, to);
        free(title);
    }
    fputs(",for a person,handed in as", to);
    end_row(to);
}

// The reasons why a person should look, in one cell.
static void put_reasons(const struct graded *graded, FILE *to)
{
    char *text;
    size_t size;
    FILE *reasons = alloc_stream(&text, &size);
    if (graded->reason != NULL)
        fputs(graded->reason, reasons);
    for (int k = 0; k < graded->n_mismatches; k++)
        fprintf(reasons, "%s%s", k > 0 || graded->reason != NULL ? "; " : "",
                graded->mismatches[k]);
    fclose(reasons);
    put_text(text, to);
    free(text);
}

static void put_given(const char *name, const char *given, FILE *to)
{
    fputc(',', to);
    put_text(given != NULL ? given : name, to);
}

static void put_row(const struct graded *graded, const struct columns *columns,
                    FILE *to)
{
    put_text(graded->name, to);
    put_points(graded->score, to);
    put_points(graded->of, to);
    fputc(',', to);
    put_text(graded->state, to);
    for (int k = 0; k < columns->n; k++) {
        const struct graded_test *test = graded_test_of(
            graded, columns->each[k].suite, columns->each[k].name);
        if (test != NULL)
            put_points(test->points, to);
        else
            fputc(',', to);
    }
    fputc(',', to);
    put_reasons(graded, to);
    put_given(graded->name, graded->given, to);
    end_row(to);
}

// A submission without a result has a row, too: a row that is missing could
// be overlooked.
static void put_gap(const struct graded_gap *gap, const struct columns *columns,
                    FILE *to)
{
    put_text(gap->name, to);
    fputs(",,,", to);
    put_text(gap->state, to);
    for (int k = 0; k < columns->n; k++)
        fputc(',', to);
    fputc(',', to);
    put_text(gap->why, to);
    put_given(gap->name, gap->given, to);
    end_row(to);
}

static bool is_foreign(const char *text)
{
    bool is = false;
    for (; text != NULL && *text != '\0'; text++)
        is = is || (unsigned char)*text >= 0x80;
    return is;
}

static bool has_foreign_names(const struct graded_class *class)
{
    bool has = false;
    for (int k = 0; k < class->n; k++)
        has = has || is_foreign(class->each[k].given);
    for (int k = 0; k < class->n_gaps; k++)
        has = has || is_foreign(class->gaps[k].given);
    return has;
}

static void put_rows(const struct graded_class *class, const char *out,
                     FILE *to)
{
    (void)out;
    struct columns columns = columns_of(class);
    if (has_foreign_names(class))
        fputs(BYTE_ORDER_MARK, to);
    put_head(&columns, to);
    for (int k = 0; k < class->n; k++)
        put_row(&class->each[k], &columns, to);
    for (int k = 0; k < class->n_gaps; k++)
        put_gap(&class->gaps[k], &columns, to);
    free(columns.each);
}

bool csv_write(const char *out)
{
    return graded_write(out, GRADED_TABLE, put_rows);
}
