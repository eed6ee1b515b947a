// All tests that a submission can be graded by. The list is made from the
// tests' sources when the grading program is built.
#ifndef GRADE_KNOWN_H
#define GRADE_KNOWN_H

#include "grade/layer.h"

#include <stdbool.h>

struct known {
    const char *suite;  // As rows have it: "2A", "fig2", "sim_2A", "sim_cruel".
    const char *test;   // "initial_election"; of fig2 "2A_majority_of_five".
};

extern const struct known known_tests[];
extern const int known_count;

#define KNOWN_PARTS 4
extern const char *const known_parts[KNOWN_PARTS];  // "2A" to "2D"

// The place of a test in the list; -1 if there is no such test.
int known_find(const char *suite, const char *test);

// Is it one of the tests that the lab is graded by, 2A to 2D?
bool known_is_graded(int test);

// Is there such a test in this layer? The suites sim_... are for virtual time
// only.
bool known_is_in(int test, enum layer layer);

// Is it in this group? The groups are 2A to 2D, fig2_2A to fig2_2D, sim_2A to
// sim_2D, and sim_cruel.
bool known_is_in_group(int test, const char *group);

// Is there a group of this name?
bool known_is_group(const char *group);

// Does it belong to this part of the lab, "2A" to "2D"? The suite sim_cruel
// needs all four parts, so it belongs to each.
bool known_is_of_part(int test, const char *part);

#endif
