#include "grade/line.h"

#include "rt/alloc.h"

#include <stdlib.h>
#include <string.h>

#define NAMED      3  // So many that lost points are named.
#define MAX_REASON 4000

static double lost(const struct weighed_score *score)
{
    return score->weighed->weight - score->points;
}

// The one that lost most after `last`; NULL if no other has lost points.
static const struct weighed_score *next_lost(const struct score *score,
                                             const struct weighed_score *last)
{
    const struct weighed_score *next = NULL;
    for (int i = 0; i < score->n; i++) {
        const struct weighed_score *one = &score->scores[i];
        bool is_after = last == NULL || lost(one) < lost(last) ||
                        (lost(one) == lost(last) && one > last);
        if (is_after && lost(one) > 0.004 &&
            (next == NULL || lost(one) > lost(next)))
            next = one;
    }
    return next;
}

static char *lost_most(const struct score *score)
{
    char *text = alloc_string("");
    const struct weighed_score *one = next_lost(score, NULL);
    for (int k = 0; one != NULL && k < NAMED; k++) {
        char *longer = alloc_format("%s%s%s", text, k == 0 ? "  " : ", ",
                                    one->weighed->name);
        free(text);
        text = longer;
        one = next_lost(score, one);
    }
    return text;
}

char *line_of_reason(const char *reason)
{
    char *clean = report_text(reason, MAX_REASON);
    const char *at = strstr(clean, "error: ");
    if (at == NULL)
        at = clean;
    while (at > clean && at[-1] != '\n')
        at--;
    char *line = alloc_line(at);
    free(clean);
    return line;
}

char *line_of(const struct report *report)
{
    bool is_scored =
        report->state == REPORT_GRADED || report->state == REPORT_FOR_A_PERSON;
    char *rest =
        is_scored ? lost_most(report->score) : line_of_reason(report->reason);
    char *line = NULL;
    if (report->state == REPORT_GRADED)
        line = alloc_format("%6.2f%s", report->score->total, rest);
    else if (is_scored)
        line = alloc_format("%6.2f  for a person to look at",
                            report->score->total);
    else
        line = alloc_format("%6.2f  %s: %s", 0.0,
                            report_state_word(report->state), rest);
    free(rest);
    return line;
}
