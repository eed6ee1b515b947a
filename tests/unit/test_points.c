// The points file: what it says, and each mistake, with its line.
#include "grade/points.h"
#include "rt/alloc.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SETTINGS                                                               \
    "layers isolated virtual\n"                                                \
    "isolated_runs 3\n"                                                        \
    "seeds 100\n"                                                              \
    "formula half 0.1\n"

static const char *const all_parts[] = { "2A", "2B", "2C", "2D", NULL };

// Reads these bytes as a points file named "points". The caller frees the
// mistake.
static char *read_bytes(const char *text, size_t size, const char *const *parts,
                        struct points *points)
{
    char folder[] = "/tmp/raftlab-points-XXXXXX";
    check(mkdtemp(folder) != NULL);
    char *path = alloc_format("%s/points", folder);
    FILE *file = fopen(path, "we");
    check(file != NULL && fwrite(text, 1, size, file) == size);
    check(fclose(file) == 0);
    char *wrong = points_read(points, path, parts);
    if (wrong != NULL)
        memmove(wrong, wrong + strlen(folder) + 1,
                strlen(wrong) - strlen(folder));
    unlink(path);
    rmdir(folder);
    free(path);
    return wrong;
}

static void expect_right(const char *text, const char *const *parts,
                         struct points *points)
{
    char *wrong = read_bytes(text, strlen(text), parts, points);
    check_that(wrong == NULL, "refused: %s", wrong);
}

// Expects that the mistake begins so, with its line.
static void expect_wrong_bytes(const char *text, size_t size,
                               const char *mistake)
{
    struct points points;
    char *wrong = read_bytes(text, size, NULL, &points);
    check_that(wrong != NULL, "taken: %s", text);
    check_that(strncmp(wrong, mistake, strlen(mistake)) == 0,
               "expected \"%s\", not \"%s\"", mistake, wrong);
    check_that(strchr(wrong, '\n') == NULL, "more than a line: %s", wrong);
    free(wrong);
    points_free(&points);
}

static void expect_wrong(const char *text, const char *mistake)
{
    expect_wrong_bytes(text, strlen(text), mistake);
}

UNIT_TEST(points, the_default_file_is_right)
{
    struct points points;
    char *wrong = points_read(&points, "grade/points", NULL);
    check_that(wrong == NULL, "%s", wrong);
    check(points.of == 100);
    for (int layer = 0; layer < N_LAYERS; layer++)
        check(points.counts[layer]);
    // It weighs every test.
    bool is_weighed[1000] = { false };
    for (int k = 0; k < points.n; k++)
        for (int i = 0; i < points.weighed[k].n_tests; i++)
            is_weighed[points.weighed[k].tests[i]] = true;
    for (int k = 0; k < known_count; k++)
        check_that(is_weighed[k], "%s/%s", known_tests[k].suite,
                   known_tests[k].test);
    points_free(&points);
}

UNIT_TEST(points, settings_and_weights_are_read)
{
    struct points points;
    expect_right("# words\n" SETTINGS "visibility after_published\r\n"
                 "2A/initial_election 2.5 # more\n"
                 "\t fig2_2A 7.5 hidden\n\n2B 90",
                 NULL, &points);
    check(points.counts[LAYER_ISOLATED] && points.counts[LAYER_VIRTUAL]);
    check(!points.counts[LAYER_TSAN] && !points.counts[LAYER_ASAN]);
    check(points.isolated_runs == 3 && points.seeds == 100);
    check(points.formula == FORMULA_HALF && points.half == 0.1);
    check(points.n == 3 && points.weighed[0].n_tests == 1);
    check(points.weighed[0].weight == 2.5 && points.weighed[0].line == 7);
    check(points.weighed[1].n_tests > 20 && points.weighed[2].n_tests == 10);
    check(strcmp(points.weighed[0].visibility, "after_published") == 0);
    check(strcmp(points.weighed[1].visibility, "hidden") == 0);
    points_free(&points);
}

UNIT_TEST(points, parts_are_out_of_their_weights)
{
    const char *text = SETTINGS "2A 30\nfig2_2A 5\nsim_2A 1\n2B/churn 0\n"
                                "2B/rejoin_of_partitioned_leader 60\n"
                                "sim_cruel 4\n";
    const char *const first[] = { "2A", NULL };
    struct points points;
    char *wrong = read_bytes(text, strlen(text), first, &points);
    check_that(wrong != NULL && strstr(wrong, "2C/churn") != NULL, "%s", wrong);
    free(wrong);
    points_free(&points);

    text = SETTINGS "2A 30\nfig2_2A 5\nsim_2A 1\n2B 60\nsim_cruel 4\n";
    expect_right(text, first, &points);
    check(points.n == 3 && points.of == 36);
    points_free(&points);
    const char *const without[] = { "2D", NULL };
    wrong = read_bytes(text, strlen(text), without, &points);
    check(wrong != NULL && strcmp(wrong, "points: no test of the parts that "
                                         "were chosen has a weight") == 0);
    free(wrong);
    points_free(&points);
    expect_right(text, all_parts, &points);
    check(points.n == 5 && points.of == 100);
    points_free(&points);
}

UNIT_TEST(points, formulas)
{
    struct points points = { .formula = FORMULA_HALF, .half = 0.1 };
    check(points_credit(&points, 1) == 1);
    check(fabs(points_credit(&points, 0.9) - 0.5) < 1e-9);
    check(fabs(points_credit(&points, 0.8) - 0.25) < 1e-9);
    check(fabs(points_credit(&points, 0.99) - 0.933033) < 1e-6);
    check(points_credit(&points, 0.001) > 0);
    check(points_credit(&points, 0) == 0);
    points.half = 0.2;
    check(fabs(points_credit(&points, 0.8) - 0.5) < 1e-9);
    points.formula = FORMULA_SHARE;
    check(points_credit(&points, 0.75) == 0.75);
    points.formula = FORMULA_ALL;
    check(points_credit(&points, 0.999) == 0 && points_credit(&points, 1) == 1);
    check(points_credit(&points, NAN) == 0);
}

UNIT_TEST(points, names_that_are_not_there)
{
    expect_wrong(SETTINGS "2A/inital_election 100\n",
                 "points:5: there is no test or group \"2A/inital_election\"; "
                 "is \"2A/initial_election\" meant?");
    expect_wrong(SETTINGS "fig2_2E 100\n",
                 "points:5: there is no test or group \"fig2_2E\"; is "
                 "\"fig2_2");
    expect_wrong("layer isolated\n", "points:1: there is no test or group "
                                     "\"layer\"; is \"layers\" meant?");
    expect_wrong("layers isolated virtuel\n",
                 "points:1: there is no layer \"virtuel\"; there are isolated, "
                 "virtual, thread_sanitizer and address_sanitizer");
    expect_wrong("\n\nformula third\n", "points:3: there is no formula "
                                        "\"third\"; there are half 0.1");
    expect_wrong(SETTINGS "2A 100 shown\n",
                 "points:5: there is no visibility \"shown\"; there are "
                 "visible, hidden, after_due_date and after_published");
}

UNIT_TEST(points, twice)
{
    expect_wrong(SETTINGS "2A 40\n2A 60\n",
                 "points:6: 2A/initial_election is weighed twice: by 2A in "
                 "line 5, too");
    expect_wrong(SETTINGS "2A/multiple_elections 40\n2A 60\n",
                 "points:6: 2A/multiple_elections is weighed twice");
    expect_wrong("seeds 1\nseeds 2\n", "points:2: seeds stands in line 1");
    expect_wrong("layers isolated isolated\n",
                 "points:1: the layer isolated stands there twice");
}

UNIT_TEST(points, weights_that_are_none)
{
    expect_wrong(SETTINGS "2A -1\n", "points:5: the weight of 2A is negative");
    expect_wrong(SETTINGS "2A\n", "points:5: 2A has no weight");
    expect_wrong(SETTINGS "2A three\n",
                 "points:5: the weight of 2A is no number: \"three\"");
    expect_wrong(SETTINGS "2A nan\n",
                 "points:5: the weight of 2A is no number");
    expect_wrong(SETTINGS "2A 1e2\n",
                 "points:5: the weight of 2A is no number");
    expect_wrong(SETTINGS "2A 101\n",
                 "points:5: the weight of 2A is above 100");
    expect_wrong(SETTINGS "2A 100 hidden now\n", "points:5: a line has");
    expect_wrong(SETTINGS "2A 60\n2B 39.5\n",
                 "points:6: the weights sum to 99.5, not to 100");
}

UNIT_TEST(points, settings_that_are_wrong)
{
    expect_wrong("seeds 0\n", "points:1: seeds wants a whole number from 1 to");
    expect_wrong("seeds 1.5\n", "points:1: seeds wants");
    expect_wrong("seeds\n", "points:1: seeds wants");
    expect_wrong("isolated_runs 99999999999\n",
                 "points:1: isolated_runs wants");
    expect_wrong("formula half\n", "points:1: formula half wants");
    expect_wrong("formula half 0\n", "points:1: formula half wants");
    expect_wrong("formula half 2\n", "points:1: formula half wants");
    expect_wrong("formula share 1\n",
                 "points:1: formula share wants no more words, such as \"1\"");
    expect_wrong("layers virtual\n", "points:1: layers must have isolated");
    expect_wrong("visibility\n", "points:1: visibility wants one word");
    expect_wrong("layers isolated\nseeds 1\nformula all\n2A 100\n",
                 "points:4: the file ends, and there is no line "
                 "\"isolated_runs ...\"");
}

UNIT_TEST(points, bytes_that_are_no_text)
{
    expect_wrong_bytes("seeds 1\nse\0eds", 14, "points:2: there is a NUL byte");
    expect_wrong("\xff\x1b[2J 3\n", "points:1: there is no test or group "
                                    "\"??[2J\"");
    expect_wrong("", "points:1: the file ends, and there is no line");

    char *line = alloc(70000);
    memset(line, 'a', 70000 - 1);
    expect_wrong(line, "points: it is larger than 64 KB");
    line[300] = '\0';
    expect_wrong(line, "points:1: the line is longer than 200 bytes");
    memset(line, '#', 300);  // A comment may be long.
    expect_wrong(line, "points:1: the file ends");
    free(line);
    expect_wrong("a b c d e f g h i j\n", "points:1: a line has at most 8");
}

UNIT_TEST(points, a_file_that_cannot_be_read)
{
    struct points points;
    char *wrong = points_read(&points, "/tmp/no such/points", NULL);
    check(strcmp(wrong, "/tmp/no such/points: No such file or directory") == 0);
    free(wrong);
    wrong = points_read(&points, "/tmp", NULL);
    check(strcmp(wrong, "/tmp: Is a directory") == 0);
    free(wrong);
    wrong = points_read(&points, "/dev/zero", NULL);
    check(wrong != NULL);
    free(wrong);
}
