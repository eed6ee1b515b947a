// The files that a grading writes: valid whatever bytes the words have, and
// with what a student may know.
#include "grade/account.h"
#include "grade/junit.h"
#include "grade/results.h"
#include "grade/store.h"
#include "rt/alloc.h"
#include "tests/unit/unit.h"

#include <jansson.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Bytes that XML forbids, that end it, and that JSON escapes.
static char nasty[] =
    "]]></failure><!-- & \" \\ \x01\x1b[2J \xff\xc3( \xef\xbf\xbf "
    "/home/staff/key in /srv/lab/raft/log.c:7";

static int test_place;
static struct weighed weighed[2];
static struct points points;
static struct runs runs;
static struct score score;
static struct failure failure;

static const char *seeds = "987654";

static void add(enum layer layer, int test, enum run_state state, int n)
{
    struct asked asked = { layer, &test, 1, n, 987654 };
    runs_add_all(&runs, &asked, state, nasty);
}

// One test that fails in both layers, and a group of two that passes.
static struct report make_report(void)
{
    static int group[2];
    test_place = known_find("2A", "initial_election");
    group[0] = known_find("2B", "basic_agreement");
    group[1] = known_find("2B", "rpc_byte_count");
    weighed[0] = (struct weighed){ "2A/initial_election", 60, "visible",
                                   &test_place,           1,  1 };
    weighed[1] = (struct weighed){ "2B", 40, "hidden", group, 2, 2 };
    points = (struct points){ .weighed = weighed,
                              .n = 2,
                              .of = 100,
                              .counts = { true, true },
                              .formula = FORMULA_SHARE };
    runs = (struct runs){ 0 };
    add(LAYER_ISOLATED, test_place, RUN_PASSED, 1);
    add(LAYER_ISOLATED, test_place, RUN_FAILED, 2);
    add(LAYER_VIRTUAL, test_place, RUN_PASSED, 4);
    for (int k = 0; k < 2; k++) {
        add(LAYER_ISOLATED, group[k], RUN_PASSED, 3);
        add(LAYER_VIRTUAL, group[k], RUN_PASSED, 4);
    }
    score = score_of(&points, &runs);
    failure = (struct failure){ .layer = LAYER_ISOLATED,
                                .test = test_place,
                                .runs = 2,
                                .message = runs.runs[1].message,
                                .summary = "failures/1.txt",
                                .page = "failures/1.html" };
    return (struct report){ .name = "anna",
                            .digest = "d1",
                            .points = &points,
                            .runs = &runs,
                            .score = &score,
                            .failures = &failure,
                            .n_failures = 1,
                            .compiler = nasty,
                            .secret = "0123456789abcdef",
                            .seconds = 1.5,
                            .confined = "namespaces",
                            .layers = {
                                [LAYER_VIRTUAL] = { .first_seed = 987654 } } };
}

static void free_report(void)
{
    score_free(&score);
    runs_free(&runs);
}

typedef bool writer(const struct report *report, const char *path);

// The file that the writer writes. The caller frees it.
static char *written(writer *write_file, const struct report *report)
{
    char folder[] = "/tmp/raftlab-results-XXXXXX";
    check(mkdtemp(folder) != NULL);
    char *path = alloc_format("%s/file", folder);
    check(write_file(report, path));
    size_t size;
    char *text = store_read(path, 1 << 20, &size);
    check(text != NULL);
    unlink(path);
    rmdir(folder);
    free(path);
    return text;
}

static json_t *parsed(writer *write_file, const struct report *report)
{
    char *text = written(write_file, report);
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    check_that(json_is_object(json), "%s", text);
    free(text);
    return json;
}

static const char *text_at(json_t *object, const char *field)
{
    const char *text = json_string_value(json_object_get(object, field));
    check_that(text != NULL, "no text %s", field);
    return text;
}

static double number_at(json_t *object, const char *field)
{
    json_t *number = json_object_get(object, field);
    check_that(json_is_number(number), "no number %s", field);
    return json_number_value(number);
}

static void expect_text(const char *text, const char *wanted)
{
    check_that(strstr(text, wanted) != NULL, "expected \"%s\" in:\n%s", wanted,
               text);
}

static void expect_no_secret(const char *text)
{
    check_that(strstr(text, seeds) == NULL, "a seed in:\n%s", text);
    check_that(strstr(text, "/home") == NULL && strstr(text, "/tmp") == NULL,
               "a path in:\n%s", text);
}

UNIT_TEST(results, have_the_fields_of_gradescope)
{
    struct report report = make_report();
    json_t *json = parsed(results_write, &report);
    check(number_at(json, "score") == 60);  // 60 / 3 + 40
    check(number_at(json, "execution_time") == 1.5);
    check(strcmp(text_at(json, "stdout_visibility"), "hidden") == 0);
    expect_text(text_at(json, "output"), "60 of 100 points.");

    json_t *extra = json_object_get(json, "extra_data");
    check(strcmp(text_at(extra, "confined"), "namespaces") == 0);
    json_t *tests = json_object_get(json, "tests");
    check(json_array_size(tests) == 2);
    json_t *failed = json_array_get(tests, 0);
    check(strcmp(text_at(failed, "name"), "2A/initial_election") == 0);
    check(number_at(failed, "score") == 20);
    check(number_at(failed, "max_score") == 60);
    check(strcmp(text_at(failed, "status"), "failed") == 0);
    check(strcmp(text_at(failed, "visibility"), "visible") == 0);
    check(strcmp(text_at(failed, "output_format"), "text") == 0);
    json_t *passed = json_array_get(tests, 1);
    check(strcmp(text_at(passed, "status"), "passed") == 0);
    check(strcmp(text_at(passed, "visibility"), "hidden") == 0);
    json_decref(json);
    free_report();
}

UNIT_TEST(results, tell_which_layer_failed_and_where_its_page_is)
{
    struct report report = make_report();
    json_t *json = parsed(results_write, &report);
    json_t *failed = json_array_get(json_object_get(json, "tests"), 0);
    const char *output = text_at(failed, "output");
    expect_text(output, "isolated: 1 of 3 runs passed\n    ]]></failure>");
    expect_text(output, "in virtual time: 4 of 4 runs passed\n");
    expect_text(output, "failures/1.txt");
    expect_text(output, "failures/1.html");
    expect_text(output, "key in log.c:7");
    expect_text(text_at(json, "output"),
                "2A/initial_election passes in virtual time and fails "
                "isolated.");
    json_decref(json);
    free_report();
}

// Another test that fails alike has the same page; one that fails otherwise has
// none. A failure of two layers is told once.
UNIT_TEST(results, tests_that_fail_alike_have_one_page)
{
    struct report report = make_report();
    for (int k = 0; k < runs.n; k++)
        if (runs.runs[k].layer == LAYER_VIRTUAL &&
            runs.runs[k].test == test_place)
            runs.runs[k].state = RUN_FAILED;
    failure.layer = LAYER_VIRTUAL;
    failure.test = known_find("2B", "basic_agreement");
    score_free(&score);
    score = score_of(&points, &runs);
    char *text = written(results_write, &report);
    expect_text(text, "failures/1.html\\nin virtual time: 0 of 4 runs passed"
                      "\\n    as above\\n\"");
    free(text);
    failure.message = "no leader";
    text = written(results_write, &report);
    check(strstr(text, "failures/1.html") == NULL);
    free(text);
    free_report();
}

// A failure that has no page is told by its first run.
UNIT_TEST(results, tell_failures_without_a_page)
{
    struct report report = make_report();
    report.n_failures = 0;
    score.scores[1].points = 39.6;
    char *text = written(results_write, &report);
    expect_text(text, "1 of 3 runs passed\\n    ]]></failure>");
    expect_text(text, "\"score\": 39.6,\n");
    free(text);
    free_report();
}

UNIT_TEST(results, have_no_seed_and_no_path)
{
    struct report report = make_report();
    char *text = written(results_write, &report);
    expect_no_secret(text);
    free(text);
    text = written(junit_write, &report);
    expect_no_secret(text);
    free(text);
    free_report();
}

UNIT_TEST(results, are_the_same_bytes_for_the_same_runs)
{
    writer *writers[] = { results_write, junit_write, account_write };
    for (int k = 0; k < 3; k++) {
        struct report report = make_report();
        char *one = written(writers[k], &report);
        free_report();
        report = make_report();
        char *other = written(writers[k], &report);
        free_report();
        check(strcmp(one, other) == 0);
        free(one);
        free(other);
    }
}

// A refused submission has no points, and every test says why.
UNIT_TEST(results, of_what_was_not_built)
{
    struct report report = make_report();
    free_report();
    runs = (struct runs){ 0 };
    score = score_of(&points, &runs);
    report.state = REPORT_NOT_BUILT;
    report.reason = "/srv/lab/raft/raft.c:3: error: no such thing";
    report.n_failures = 0;
    json_t *json = parsed(results_write, &report);
    check(number_at(json, "score") == 0);
    json_t *test = json_array_get(json_object_get(json, "tests"), 1);
    check(strcmp(text_at(test, "output"), "raft.c:3: error: no such thing\n") ==
          0);
    check(strcmp(text_at(test, "status"), "failed") == 0);
    json_decref(json);

    char *xml = written(junit_write, &report);
    expect_text(xml, "errors=\"1\"");
    expect_text(xml, "raft.c:3: error: no such thing");
    free(xml);
    json = parsed(account_write, &report);
    check(strcmp(text_at(json, "state"), "not built") == 0);
    json_decref(json);
    free_report();
}

UNIT_TEST(junit, is_well_formed_whatever_the_words_are)
{
    struct report report = make_report();
    report.name = nasty;
    // Every byte, and each after the beginning of a character.
    char *words = alloc(1024);
    for (int k = 0; k < 255; k++)
        words[k] = (char)(k + 1);
    for (int k = 0; k < 255; k++) {
        words[255 + 2 * k] = (char)0xe2;
        words[256 + 2 * k] = (char)(k + 1);
    }
    free(runs.runs[1].message);  // Of the first run that failed.
    failure.message = runs.runs[1].message = words;
    char *text = written(junit_write, &report);
    xmlDocPtr document = xmlReadMemory(text, (int)strlen(text), NULL, NULL,
                                       XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                                           XML_PARSE_NONET);
    check_that(document != NULL, "not well-formed:\n%s", text);
    xmlFreeDoc(document);
    xmlCleanupParser();
    expect_text(text, "<testsuite name=\"isolated\" tests=\"3\" "
                      "failures=\"1\" skipped=\"0\" errors=\"0\">");
    expect_text(text, "<testsuite name=\"virtual\" tests=\"3\" "
                      "failures=\"0\"");
    expect_text(text, "<failure message=\"1 of 3 runs passed\">");
    json_decref(parsed(results_write, &report));
    json_decref(parsed(account_write, &report));
    free(text);
    free_report();
}

UNIT_TEST(junit, inconclusive_tests_are_skipped)
{
    struct report report = make_report();
    score_free(&score);
    for (int k = 0; k < runs.n; k++)
        if (runs.runs[k].layer == LAYER_ISOLATED)
            runs.runs[k].state = RUN_INCONCLUSIVE;
    score = score_of(&points, &runs);
    char *text = written(junit_write, &report);
    expect_text(text, "failures=\"0\" skipped=\"3\"");
    expect_text(text, "<skipped message=\"0 of 0 runs passed; 3 more said "
                      "nothing, since the machine was too busy\"/>");
    free(text);
    json_t *json = parsed(results_write, &report);
    expect_text(text_at(json, "output"), "A person will look at 3 tests");
    json_decref(json);
    free_report();
}

UNIT_TEST(account, says_how_it_came_about)
{
    struct report report = make_report();
    report.ignored = "its raft.h";
    json_t *json = parsed(account_write, &report);
    check(strcmp(text_at(json, "ignored"), "its raft.h") == 0);
    check(strcmp(text_at(json, "name"), "anna") == 0);
    check(strcmp(text_at(json, "state"), "graded") == 0);
    check(strcmp(text_at(json, "secret"), "0123456789abcdef") == 0);
    check(number_at(json, "score") == 60 && number_at(json, "of") == 100);
    check(json_array_size(json_object_get(json, "parts")) == 4);
    json_t *layers = json_object_get(json, "layers");
    check(json_array_size(layers) == 2);
    check(number_at(json_array_get(layers, 0), "failed") == 2);
    check(number_at(json_array_get(layers, 1), "first_seed") == 987654);
    json_t *tests = json_object_get(json, "tests");
    check(json_array_size(tests) == 3);
    json_t *test = json_array_get(tests, 0);
    check(number_at(test, "points") == 20 && number_at(test, "of") == 60);
    json_t *isolated =
        json_object_get(json_object_get(test, "layers"), "isolated");
    check(number_at(isolated, "runs") == 3);
    check(number_at(isolated, "rpcs") == 0);
    json_t *failed = json_array_get(json_object_get(json, "failures"), 0);
    check(strcmp(text_at(failed, "page"), "failures/1.html") == 0);
    check(json_object_get(failed, "rule") == NULL);
    check(json_array_size(json_object_get(json, "mismatches")) == 1);
    json_decref(json);
    free_report();
}

UNIT_TEST(report, paths_keep_their_names)
{
    const char *const pairs[][2] = {
        { "/a/b/c.c:7", "c.c:7" },
        { "in \"/a/b\", or (/a/b/c)", "in \"b\", or (c)" },
        { "2A/churn and a / b /c", "2A/churn and a / b /c" },
        { "file:///a/b", "file:b" },
        { "/a/b/", "" },
        { "", "" },
    };
    for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++) {
        char *text = report_text(pairs[k][0], 100);
        check_that(strcmp(text, pairs[k][1]) == 0, "\"%s\": \"%s\"",
                   pairs[k][0], text);
        free(text);
    }
    char *text = report_text("abc", 2);
    check(strcmp(text, "ab") == 0);
    free(text);
}

// A Raft can make up another message in each run.
UNIT_TEST(account, of_many_failures_the_first_are_told)
{
    struct report report = make_report();
    struct failure many[ACCOUNT_FAILURES + 1];
    for (int k = 0; k <= ACCOUNT_FAILURES; k++)
        many[k] = failure;
    report.failures = many;
    report.n_failures = ACCOUNT_FAILURES + 1;
    json_t *json = parsed(account_write, &report);
    check(json_array_size(json_object_get(json, "failures")) ==
          ACCOUNT_FAILURES);
    json_decref(json);
    free_report();
}
