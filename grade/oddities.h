// Figures of passing runs that are unlike all others, for a person to look at.
// There may be a good reason for each: they are no verdict.
#ifndef GRADE_ODDITIES_H
#define GRADE_ODDITIES_H

#include "grade/graded.h"

// A figure is far if it is at least so many times the class's median, or so
// many times less, and ODDITIES_DEVIATIONS robust standard deviations from it,
// on a logarithmic scale.
#define ODDITIES_TIMES      3.0
#define ODDITIES_DEVIATIONS 6.0
// With fewer submissions that passed a test, its figures are not compared.
#define ODDITIES_LEAST 8

struct oddity {
    const struct graded *of;  // The submission.
    const struct graded_test *test;
    const struct graded_layer *layer;
    const char *figure;  // "RPCs", "seconds"...
    double value;
    double median;  // The class's; 0 if the value was not compared with it.
    int more;       // So many other figures of the submission are far, too.
};

struct oddities {
    struct oddity *each;
    int n;
};

// At most two of a submission: a test that it passed without any RPC or save,
// though most need some, and the figure that is farthest from the others'.
// Those with the most come first. The class must live longer; free() frees
// oddities.each.
struct oddities oddities_find(const struct graded_class *class);

#endif
