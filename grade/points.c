#include "grade/points.h"

#include "grade/points_file.h"
#include "rt/alloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---- Parts ----

static bool is_chosen(const struct weighed *weighed, const char *const *parts)
{
    int test = weighed->tests[0];
    bool is_of_all = true;
    bool is_of_one = false;
    for (int k = 0; k < KNOWN_PARTS; k++) {
        if (!known_is_of_part(test, known_parts[k]))
            continue;
        bool is_wanted = false;
        for (int i = 0; parts[i] != NULL; i++)
            is_wanted |= strcmp(parts[i], known_parts[k]) == 0;
        is_of_all &= is_wanted;
        is_of_one |= is_wanted;
    }
    return is_of_one && is_of_all;
}

static void free_weighed(struct weighed *weighed)
{
    free(weighed->name);
    free(weighed->tests);
}

static void choose(struct points *points, const char *const *parts)
{
    int kept = 0;
    points->of = 0;
    for (int k = 0; k < points->n; k++) {
        if (!is_chosen(&points->weighed[k], parts)) {
            free_weighed(&points->weighed[k]);
            continue;
        }
        points->of += points->weighed[k].weight;
        points->weighed[kept++] = points->weighed[k];
    }
    points->n = kept;
}

// ---- All points ----

char *points_read(struct points *points, const char *path,
                  const char *const *parts)
{
    *points = (struct points){ 0 };
    char *wrong = points_file_read(points, path);
    if (wrong == NULL && parts != NULL)
        choose(points, parts);
    if (wrong == NULL && !(points->of > 0))
        wrong = alloc_format(
            "%s: no test of the parts that were chosen has a weight", path);
    return wrong;
}

void points_free(struct points *points)
{
    for (int k = 0; k < points->n; k++)
        free_weighed(&points->weighed[k]);
    free(points->weighed);
    *points = (struct points){ 0 };
}

double points_credit(const struct points *points, double share)
{
    if (!(share > 0))
        return 0;
    if (share >= 1)
        return 1;
    if (points->formula == FORMULA_ALL)
        return 0;
    if (points->formula == FORMULA_SHARE)
        return share;
    return pow(0.5, (1 - share) / points->half);
}
