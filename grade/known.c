#include "grade/known.h"

#include <string.h>

const char *const known_parts[KNOWN_PARTS] = { "2A", "2B", "2C", "2D" };

int known_find(const char *suite, const char *test)
{
    for (int k = 0; k < known_count; k++)
        if (strcmp(known_tests[k].suite, suite) == 0 &&
            strcmp(known_tests[k].test, test) == 0)
            return k;
    return -1;
}

static bool is_simulated(int test)
{
    return strncmp(known_tests[test].suite, "sim_", 4) == 0;
}

static bool is_fig2(int test)
{
    return strcmp(known_tests[test].suite, "fig2") == 0;
}

bool known_is_graded(int test)
{
    return !is_simulated(test) && !is_fig2(test);
}

bool known_is_in(int test, enum layer layer)
{
    return layer != LAYER_ISOLATED || !is_simulated(test);
}

// The suite fig2 is a group for each part, which begins its tests' names.
bool known_is_in_group(int test, const char *group)
{
    if (is_fig2(test))
        return strncmp(group, "fig2_", 5) == 0 && strlen(group) == 7 &&
               strncmp(known_tests[test].test, group + 5, 2) == 0;
    return strcmp(known_tests[test].suite, group) == 0;
}

bool known_is_group(const char *group)
{
    for (int k = 0; k < known_count; k++)
        if (known_is_in_group(k, group))
            return true;
    return false;
}

bool known_is_of_part(int test, const char *part)
{
    const struct known *known = &known_tests[test];
    if (is_fig2(test))
        return strncmp(known->test, part, strlen(part)) == 0;
    if (is_simulated(test))
        return strcmp(known->suite, "sim_cruel") == 0 ||
               strcmp(known->suite + 4, part) == 0;
    return strcmp(known->suite, part) == 0;
}
