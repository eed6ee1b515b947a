// The fields are those of Gradescope's autograder specifications:
// https://gradescope-autograders.readthedocs.io/en/latest/specs/
#include "grade/results.h"

#include "grade/feedback.h"
#include "grade/to_json.h"

#include <stdlib.h>

static json_t *owned_text(char *text)
{
    json_t *value = to_json_text(text);
    free(text);
    return value;
}

static json_t *test_json(const struct report *report,
                         const struct weighed_score *score)
{
    const struct weighed *weighed = score->weighed;
    json_t *test = json_object();
    to_json_set(test, "name", to_json_text(weighed->name));
    to_json_set(test, "score", json_real(score->points));
    to_json_set(test, "max_score", json_real(weighed->weight));
    to_json_set(test, "status",
                json_string(feedback_is_full(score) ? "passed" : "failed"));
    to_json_set(test, "visibility", json_string(weighed->visibility));
    to_json_set(test, "output", owned_text(feedback_of(report, score)));
    // Not HTML or Markdown: the words may be the student's.
    to_json_set(test, "output_format", json_string("text"));
    return test;
}

// For staff: on their service nothing else is left of how it came about.
static json_t *extra_json(const struct report *report)
{
    json_t *extra = json_object();
    to_json_set(extra, "digest", to_json_text(report->digest));
    to_json_set(extra, "raftlab", to_json_text(report->raftlab));
    to_json_set(extra, "points", to_json_text(report->points_digest));
    to_json_set(extra, "confined", to_json_text(report->confined));
    return extra;
}

bool results_write(const struct report *report, const char *path)
{
    json_t *tests = json_array();
    for (int k = 0; k < report->score->n; k++)
        json_array_append_new(tests,
                              test_json(report, &report->score->scores[k]));
    json_t *results = json_object();
    to_json_set(results, "score", json_real(report->score->total));
    to_json_set(results, "execution_time", json_real(report->seconds));
    to_json_set(results, "visibility", json_string("visible"));
    // The output of the grading program is for staff.
    to_json_set(results, "stdout_visibility", json_string("hidden"));
    to_json_set(results, "output", owned_text(feedback_of_all(report)));
    to_json_set(results, "output_format", json_string("text"));
    to_json_set(results, "extra_data", extra_json(report));
    to_json_set(results, "tests", tests);
    return to_json_write(results, path);
}
