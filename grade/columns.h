// The tests of a class: each that some submission was graded by.
#ifndef GRADE_COLUMNS_H
#define GRADE_COLUMNS_H

#include "grade/graded.h"

struct column {
    const char *suite, *name;  // The class owns them.
};

struct columns {
    struct column *each;  // In the order of the first account that has them.
    int n;
};

// The class must live longer. free() frees columns.each.
struct columns columns_of(const struct graded_class *class);

// Also with the tests that only `other` has.
struct columns columns_of_both(const struct graded_class *class,
                               const struct graded_class *other);

#endif
