#include "grade/columns.h"

#include "rt/alloc.h"

#include <string.h>

static bool has(const struct columns *columns, const struct graded_test *test)
{
    for (int k = 0; k < columns->n; k++) {
        if (strcmp(columns->each[k].suite, test->suite) == 0 &&
            strcmp(columns->each[k].name, test->name) == 0)
            return true;
    }
    return false;
}

static void add(struct columns *columns, const struct graded_class *class)
{
    for (int k = 0; k < class->n; k++) {
        const struct graded *graded = &class->each[k];
        for (int t = 0; t < graded->n_tests; t++) {
            const struct graded_test *test = &graded->tests[t];
            if (has(columns, test))
                continue;
            columns->each = alloc_resize(columns->each, (size_t)columns->n + 1,
                                         sizeof *columns->each);
            columns->each[columns->n++] =
                (struct column){ test->suite, test->name };
        }
    }
}

struct columns columns_of(const struct graded_class *class)
{
    struct columns columns = { 0 };
    add(&columns, class);
    return columns;
}

struct columns columns_of_both(const struct graded_class *class,
                               const struct graded_class *other)
{
    struct columns columns = columns_of(class);
    add(&columns, other);
    return columns;
}
