// The results of a grading, as the accounts of its submissions hold them.
#ifndef GRADE_GRADED_H
#define GRADE_GRADED_H

#include <stdbool.h>
#include <stdio.h>

#define GRADED_MAX_LAYERS 8

// The files of the class in OUT, beside the folders of the submissions.
#define GRADED_TABLE "grades.csv"
#define GRADED_PAGE  "index.html"

// Files of a submission: for Gradescope, what graded_read reads, and the mark
// that says: it is of an earlier grading.
#define GRADED_RESULTS "results.json"
#define GRADED_ACCOUNT "account.json"
#define GRADED_EARLIER "earlier"

// The runs of one test in one layer. A figure is the median of the runs, and -1
// if it is not known.
struct graded_layer {
    char *name;
    int runs, passed, failed, inconclusive;
    double rpcs, bytes, commands, seconds, saves;
};

struct graded_test {
    char *suite, *name;
    double points, of;
    struct graded_layer layers[GRADED_MAX_LAYERS];
    int n_layers;
};

struct graded_failure {
    char *message, *layer, *suite, *test;
    char *rule;  // The rule that was broken; NULL if it was none.
    int runs;
    char *summary, *page;  // In the submission's folder; NULL if there is none.
};

// Everything in it is data that a student may have chosen; it is safe for a
// terminal, but not yet for HTML.
struct graded {
    char *name, *state, *digest;
    char *given;   // As in struct submission; or NULL.
    char *reason;  // The line of it that says most; NULL if there is none.
    double score, of;
    char *version, *points, *secret, *parts;
    struct graded_test *tests;
    struct graded_failure *failures;
    char **mismatches;
    int n_tests, n_failures, n_mismatches;
};

// A folder without an account that counts.
struct graded_gap {
    char *name, *given;
    const char *state;  // In a few words.
    char *why;
};

struct graded_class {
    struct graded *each;  // In the order of their names.
    struct graded_gap *gaps;
    int n, n_gaps;
};

// Reads OUT/*/account.json. One of an earlier grading is a gap. An account that
// cannot be read is told in one line on stderr, and is a gap. graded_free frees
// the class. False, with a line on stderr and nothing to free, if the folder
// cannot be read or has neither.
bool graded_read(struct graded_class *class, const char *out);
void graded_free(struct graded_class *class);

// Reads the class in OUT, and writes what `put` makes of it to OUT/NAME. False,
// with a line on stderr, if it cannot be read or written.
bool graded_write(const char *out, const char *name,
                  void (*put)(const struct graded_class *class, const char *out,
                              FILE *to));

// How a person knows it: "ann", or "\u5b89.zip (_-4f2a10)", as it was handed in
// and the name of its folder. The caller frees it.
char *graded_label(const char *name, const char *given);

// The one of this name, or NULL.
const struct graded *graded_find(const struct graded_class *class,
                                 const char *name);

// The gap of this name, or NULL.
struct graded_gap *graded_find_gap(const struct graded_class *class,
                                   const char *name);

// Its points for a test, or NULL if it has no such test.
const struct graded_test *graded_test_of(const struct graded *graded,
                                         const char *suite, const char *name);

// Does the score wait for a person's decision?
bool graded_is_for_a_person(const struct graded *graded);

// Did a run of the test fail? INCONCLUSIVE is no failure.
bool graded_test_failed(const struct graded_test *test);

#endif
