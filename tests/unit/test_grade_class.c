// The table and page of a class, and the comparison of two gradings.
#include "grade/alike.h"
#include "grade/class_page.h"
#include "grade/compare.h"
#include "grade/csv.h"
#include "grade/fingerprints.h"
#include "grade/graded.h"
#include "grade/oddities.h"
#include "grade/roll.h"
#include "grade/store.h"
#include "rt/alloc.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// ---- A grading, made here ----

static char out[128];

static void begin(void)
{
    snprintf(out, sizeof out, "/tmp/raftlab-class-XXXXXX");
    check(mkdtemp(out) != NULL);
}

static void end(void)
{
    check(store_remove(out));
}

static void write_file(const char *name, const char *file, const char *text)
{
    char *path = alloc_format("%s/%s/%s", out, name, file);
    *strrchr(path, '/') = '\0';
    check(store_make_folder(path));
    path[strlen(path)] = '/';
    check(store_write(path, text, strlen(text)));
    free(path);
}

// An account. `tests` and `rest` are JSON.
static void write_account(const char *name, const char *state, double score,
                          const char *tests, const char *rest)
{
    char *text = alloc_format(
        "{\"name\":\"%s\",\"digest\":\"d\",\"state\":\"%s\",\"score\":%g,"
        "\"of\":100,\"raftlab\":\"v1\",\"points\":\"p\",\"secret\":\"s\","
        "\"parts\":[\"2A\"],\"tests\":[%s]%s}",
        name, state, score, tests, rest);
    write_file(name, "account.json", text);
    free(text);
}

// The JSON of a test in whose runs the figures are as given. free() frees it.
static char *test_json(double points, int passed, double rpcs, double seconds)
{
    return alloc_format(
        "{\"suite\":\"2A\",\"name\":\"initial_election\",\"points\":%g,"
        "\"of\":100,\"layers\":{\"isolated\":{\"runs\":3,\"passed\":%d,"
        "\"failed\":%d,\"inconclusive\":0,\"rpcs\":%g,\"seconds\":%g}}}",
        points, passed, 3 - passed, rpcs, seconds);
}

static void write_graded(const char *name, double score)
{
    char *tests = test_json(score, score < 100 ? 2 : 3, 100, 3);
    write_account(name, "graded", score, tests, "");
    free(tests);
}

static char *read_out(const char *file)
{
    size_t size;
    char *path = alloc_format("%s/%s", out, file);
    char *text = store_read(path, 1 << 20, &size);
    check(text != NULL);
    free(path);
    return text;
}

static void expect(const char *text, const char *wanted)
{
    check_that(strstr(text, wanted) != NULL, "there is no %s in %s", wanted,
               text);
}

static void expect_not(const char *text, const char *unwanted)
{
    check_that(strstr(text, unwanted) == NULL, "there is %s", unwanted);
}

// ---- Accounts ----

// Runs it with stderr in a file, whose text is returned. free() frees it.
static char *said_by(void (*run)(void))
{
    fflush(stderr);
    int kept = dup(STDERR_FILENO);
    FILE *file = tmpfile();
    check(file != NULL && dup2(fileno(file), STDERR_FILENO) >= 0);
    run();
    fflush(stderr);
    check(dup2(kept, STDERR_FILENO) >= 0);
    close(kept);
    char *text = alloc(1 << 16);
    rewind(file);
    check(fread(text, 1, (1 << 16) - 1, file) < (1 << 16) - 1);
    fclose(file);
    return text;
}

static struct graded_class class;

static void read_class(void)
{
    check(graded_read(&class, out));
}

static void expect_unreadable(const char *account, const char *why)
{
    begin();
    write_file("ann", "account.json", account);
    write_graded("bob", 70);
    char *said = said_by(read_class);
    expect(said, why);
    check(strchr(said, '\n') == said + strlen(said) - 1);
    check(class.n == 1 && strcmp(class.each[0].name, "bob") == 0);
    check(class.n_gaps == 1 && strcmp(class.gaps[0].name, "ann") == 0);
    graded_free(&class);
    free(said);
    end();
}

// One bad account is told in one line, and takes nothing from the others.
UNIT_TEST(graded, bad_accounts_are_told)
{
#define ACCOUNT(state, score, rest)                                            \
    "{\"name\":\"ann\",\"digest\":\"d\",\"state\":\"" state                    \
    "\",\"score\":" score ",\"of\":100,\"raftlab\":\"v\",\"points\":\"p\","    \
    "\"secret\":\"s\"" rest "}"
    expect_unreadable("", "is no account: line 1");
    expect_unreadable("[]", "it is no object");
    expect_unreadable("{\"name\":\"ann\"}", "there is no \"state\"");
    expect_unreadable(ACCOUNT("graded", "101", ""),
                      "the score is more than there is");
    expect_unreadable(ACCOUNT("graded", "-1", ""),
                      "\"score\" wants a number from 0 on");
    expect_unreadable(ACCOUNT("perfect", "9", ""),
                      "there is no state \"perfect\"");
    expect_unreadable(ACCOUNT("graded", "9", ",\"name\":\"bob\""), "duplicate");
    expect_unreadable(ACCOUNT("graded", "9", ",\"tests\":[{}]"),
                      "there is no \"suite\"");
    expect_unreadable(
        ACCOUNT("graded", "9",
                ",\"failures\":[{\"message\":\"m\",\"layer\":\"virtual\","
                "\"suite\":\"2A\",\"test\":\"t\",\"runs\":1,"
                "\"page\":\"javascript:alert(1)\"}]"),
        "\"page\" wants a file in failures/");
    expect_unreadable(
        ACCOUNT("graded", "9",
                ",\"failures\":[{\"message\":\"m\",\"layer\":\"virtual\","
                "\"suite\":\"2A\",\"test\":\"t\",\"runs\":1,"
                "\"page\":\"failures/../../bob/account.json\"}]"),
        "\"page\" wants a file in failures/");
    expect_unreadable(
        ACCOUNT("graded", "9",
                ",\"failures\":[{\"message\":\"m\",\"layer\":\"virtual\","
                "\"suite\":\"2A\",\"test\":\"t\",\"runs\":1,"
                "\"page\":\"failures/..\"}]"),
        "\"page\" wants a file in failures/");
}

UNIT_TEST(graded, account_of_another_is_refused)
{
    begin();
    write_graded("bob", 70);
    char *bob = read_out("bob/account.json");
    end();
    expect_unreadable(bob, "it is the account of \"bob\"");
    free(bob);
}

// ---- The table ----

UNIT_TEST(csv, names_points_and_reasons)
{
    begin();
    write_graded("ann", 87.5);
    write_account("bob", "not built", 0, "",
                  ",\"reason\":\"a \\\"b\\\", c\\nd\"");
    write_file("cid", "source/raft.c", "");
    check(csv_write(out));
    char *text = read_out("grades.csv");
    check_that(
        strcmp(text, "name,score,of,state,\"2A initial_election\",for a person,"
                     "handed in as\r\n"
                     "\"ann\",87.5,100,\"graded\",87.5,\"\",\"ann\"\r\n"
                     "\"bob\",0,100,\"not built\",,\"a \"\"b\"\", c\","
                     "\"bob\"\r\n"
                     "\"cid\",,,\"not graded yet\",,\"\",\"cid\"\r\n") == 0,
        "%s", text);
    free(text);
    end();
}

// An old result is never taken for one of now: neither its score nor its tests.
UNIT_TEST(csv, an_earlier_result_has_no_score)
{
    begin();
    write_graded("ann", 87.5);
    write_graded("bob", 60);
    write_file("bob", GRADED_EARLIER, "");
    check(csv_write(out) && class_page_write(out));
    char *text = read_out("grades.csv"), *page = read_out("index.html");
    expect(text, "\"ann\",87.5,100,");
    expect(text,
           "\"bob\",,,\"not graded again\",,\"its result is of an earlier");
    expect(page, "not graded again");
    expect_not(page, "60.00");
    free(text);
    free(page);
    end();
}

// Nobody is missing, and nobody stays for ever without a word.
UNIT_TEST(csv, who_is_on_the_roll_has_a_row)
{
    begin();
    write_graded("ann", 80);
    write_graded("gone", 70);
    struct submission all[] = { { .name = "ann" },
                                { .name = "_-4f2a10", .given = "\u5b89" } };
    check(roll_write(out, &(struct submissions){ all, 2 }));
    check(csv_write(out));
    char *text = read_out("grades.csv");
    expect(text, "\"ann\",80,100,\"graded\",80,\"\",\"ann\"\r\n");
    expect(text,
           "\"gone\",70,100,\"graded\",70,\"its submission is not there any "
           "more: ");
    expect(text, "\"_-4f2a10\",,,\"not graded yet\",,\"\",\"\u5b89\"\r\n");
    free(text);
    end();
}

// A student is found by the name that he has.
UNIT_TEST(csv, names_are_as_handed_in)
{
    begin();
    write_account("_-4f2a10", "graded", 50, "",
                  ",\"handed_in_as\":\"\u5b89<b>.zip\"");
    check(csv_write(out) && class_page_write(out));
    char *text = read_out("grades.csv"), *page = read_out("index.html");
    check(strncmp(text, "\ufeffname,", 8) == 0);
    expect(text, "\"_-4f2a10\",50,100,\"graded\",\"\",\"\u5b89<b>.zip\"\r\n");
    expect(page,
           "<td class='name'>\u5b89&lt;b&gt;.zip<div class='faint'>_-4f2a10");
    free(text);
    free(page);
    end();
}

// No cell begins as a formula does.
UNIT_TEST(csv, formulas_are_texts)
{
    static const char *const reasons[] = { "=1+1",     "+1",    "-1",
                                           "@SUM(A1)", "\\t=1", "\\uff1d1" };
    for (size_t k = 0; k < sizeof reasons / sizeof *reasons; k++) {
        begin();
        char *rest = alloc_format(",\"reason\":\"%s\"", reasons[k]);
        write_account("=ann", "for a person", 0, "", rest);
        check(csv_write(out));
        char *text = read_out("grades.csv");
        expect(text, "\n\"'=ann\",");
        check_that(strstr(text, ",\"'") != NULL, "%s", text);
        free(text);
        free(rest);
        end();
    }
}

// ---- The page ----

#define EVIL "<script>alert(1)</script>"

// No text of a student becomes markup, wherever it stands.
UNIT_TEST(class_page, texts_stay_texts)
{
    begin();
    write_account("ann", "for a person", 9,
                  "{\"suite\":\"" EVIL "\",\"name\":\"" EVIL "\",\"points\":9,"
                  "\"of\":100,\"layers\":{\"isolated\":{\"runs\":1,"
                  "\"passed\":0,\"failed\":1,\"inconclusive\":0}}}",
                  ",\"reason\":\"" EVIL "\",\"mismatches\":[\"" EVIL "\"],"
                  "\"failures\":[{\"message\":\"" EVIL "\",\"layer\":\"" EVIL
                  "\",\"suite\":\"" EVIL "\",\"test\":\"" EVIL
                  "\",\"runs\":1}]");
    write_account("a\\\"'><img src=x>", "graded", 9, "", "");
    char *escaped = alloc_format("%s/a\\\"'><img src=x>", out);
    char *plain = alloc_format("%s/a\"'><img src=x>", out);
    check(rename(escaped, plain) == 0);
    free(escaped);
    free(plain);
    check(class_page_write(out));
    char *text = read_out("index.html");
    expect_not(text, EVIL);
    expect_not(text, "<img");
    expect(text, "&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(text, "<a href=\"./a&quot;&#39;&gt;&lt;img src=x&gt;/results.json");
    free(text);
    end();
}

#define FAILURE(message)                                                       \
    "{\"message\":\"" message                                                  \
    "\",\"layer\":\"virtual\",\"suite\":\"2A\",\"test\":\"t\",\"runs\":2}"

// Messages that differ in numbers only are one cause.
UNIT_TEST(class_page, causes_are_counted)
{
    begin();
    write_account("ann", "graded", 9, "",
                  ",\"failures\":[" FAILURE("server 1 is lost") "," FAILURE(
                      "server 22 is lost") "]");
    write_account("bob", "graded", 9, "",
                  ",\"failures\":[" FAILURE("server 3 is lost") "]");
    check(class_page_write(out));
    char *text = read_out("index.html");
    expect(text, "server 1 is lost</td><td class='n'>2</td>"
                 "<td class='n'>6</td>");
    expect_not(text, "server 3");
    free(text);
    end();
}

// The number at the top is that of the rows below "To be settled by a person".
UNIT_TEST(class_page, all_that_a_person_settles_are_counted)
{
    begin();
    write_graded("ann", 100);
    write_account("bob", "not built", 0, "", ",\"reason\":\"raft.c:1: error\"");
    check(class_page_write(out));
    char *text = read_out("index.html");
    expect(text, "<b>1</b>for a person to settle<");
    expect(text, "raft.c:1: error");
    free(text);
    end();
}

UNIT_TEST(class_page, one_submission_and_differing_versions)
{
    begin();
    write_graded("ann", 100);
    check(class_page_write(out));
    char *text = read_out("index.html");
    expect(text, "<b>1</b>submission<");
    expect(text, "Graded by raftlab v1, parts 2A.");
    free(text);
    write_account("bob", "graded", 9, "", ",\"began\":\"\"");
    char *other = read_out("bob/account.json");
    memcpy(strstr(other, "\"v1\""), "\"v2\"", 4);
    write_file("bob", "account.json", other);
    check(class_page_write(out));
    text = read_out("index.html");
    expect(text, "not all were graded by one version of raftlab.");
    free(other);
    free(text);
    end();
}

// ---- Sources with much in common ----

// Writes statements that differ from those of another seed.
static char *source_of(unsigned seed, const char *name, const char *comment)
{
    char *text;
    size_t size;
    FILE *to = alloc_stream(&text, &size);
    for (int k = 0; k < 300; k++) {
        for (int n = 0; n < 4; n++) {
            seed = seed * 1103515245 + 12345;
            fprintf(to, "%s %c= ", name, "+-*&|^"[seed / 65536 % 6]);
        }
        fprintf(to, "f(%d);%s\n", k, comment);
    }
    fclose(to);
    return text;
}

static void write_source(const char *name, char *source)
{
    write_graded(name, 50);
    write_file(name, "source/raft.c", source);
    free(source);
}

UNIT_TEST(alike, names_and_comments_do_not_count)
{
    begin();
    write_source("ann", source_of(1, "a", ""));
    write_source("bob", source_of(1, "term", "  // Mine.\n\n/* all */"));
    write_source("cid", source_of(2, "a", ""));
    read_class();
    struct alike alike = alike_find(&class, out, "/nonexistent");
    check(alike.n_compared == 3 && alike.n == 1);
    check(strcmp(alike.pairs[0].a->name, "ann") == 0 &&
          strcmp(alike.pairs[0].b->name, "bob") == 0);
    check(alike_share(&alike.pairs[0]) == 1);
    check(alike.median < 0.1);
    alike_free(&alike);
    graded_free(&class);
    end();
}

// The starter's code is no one's own.
UNIT_TEST(alike, starter_does_not_count)
{
    begin();
    write_source("ann", source_of(1, "a", ""));
    write_source("bob", source_of(1, "b", ""));
    read_class();
    char *starter = alloc_format("%s/ann/source", out);
    struct alike alike = alike_find(&class, out, starter);
    check(alike.n_compared == 0 && alike.n == 0);
    alike_free(&alike);
    graded_free(&class);
    free(starter);
    end();
}

// Any run of K + W - 1 tokens that both have gives a fingerprint of both.
UNIT_TEST(fingerprints, common_run_is_found)
{
    begin();
    char *all = source_of(7, "a", ""), *ends = source_of(8, "b", "");
    char *piece = strndup(all + 2000, 220);
    char *other = alloc_format("%s%s%s", ends, piece, ends);
    write_file("ann", "raft.c", all);
    write_file("bob", "raft.c", other);
    char *ann = alloc_format("%s/ann", out), *bob = alloc_format("%s/bob", out);
    struct fingerprints a = fingerprints_of(ann), b = fingerprints_of(bob);
    check(a.n > 50 && fingerprints_shared(&a, &a) == a.n);
    check(fingerprints_shared(&a, &b) > 0);
    check(fingerprints_shared(&a, &b) < a.n / 4);
    free(a.each);
    free(b.each);
    free(all);
    free(ends);
    free(piece);
    free(other);
    free(ann);
    free(bob);
    end();
}

// ---- Figures unlike the others' ----

static void write_figures(const char *name, double rpcs, double seconds)
{
    char *tests = test_json(100, 3, rpcs, seconds);
    write_account(name, "graded", 100, tests, "");
    free(tests);
}

UNIT_TEST(oddities, far_figures_and_none)
{
    begin();
    for (int k = 0; k < 12; k++) {
        char *name = alloc_format("s%02d", k);
        write_figures(name, 100 + 5 * k, 3 + 0.1 * k);
        free(name);
    }
    write_figures("none", 0, 3);
    write_figures("slow", 100, 40);
    write_figures("twice", 250, 5);
    read_class();
    struct oddities odd = oddities_find(&class);
    check_that(odd.n == 2, "%d", odd.n);
    check(strcmp(odd.each[0].of->name, "none") == 0 && odd.each[0].median == 0);
    check(strcmp(odd.each[0].figure, "RPCs") == 0);
    check(strcmp(odd.each[1].of->name, "slow") == 0 && odd.each[1].value == 40);
    check(strcmp(odd.each[1].figure, "seconds") == 0);
    free(odd.each);
    graded_free(&class);
    end();
}

// None is nothing odd if all have none, as in a test without a network. Nor is
// a figure of a run that failed.
UNIT_TEST(oddities, nothing_odd)
{
    begin();
    for (int k = 0; k < 12; k++) {
        char *name = alloc_format("s%02d", k);
        write_figures(name, 0, 3);
        free(name);
    }
    char *tests = test_json(0, 2, 5, 90);
    write_account("fails", "graded", 0, tests, "");
    free(tests);
    read_class();
    struct oddities odd = oddities_find(&class);
    check(odd.n == 0);
    free(odd.each);
    graded_free(&class);
    end();
}

// ---- Comparison ----

// Prints the comparison of out/old with out/new. Returns its text.
static char *compared(int *status)
{
    char *old = alloc_format("%s/old", out), *new = alloc_format("%s/new", out);
    fflush(stdout);
    int kept = dup(STDOUT_FILENO);
    FILE *file = tmpfile();
    check(file != NULL && dup2(fileno(file), STDOUT_FILENO) >= 0);
    *status = compare_print(old, new);
    fflush(stdout);
    check(dup2(kept, STDOUT_FILENO) >= 0);
    close(kept);
    char *text = alloc(1 << 16);
    rewind(file);
    check(fread(text, 1, (1 << 16) - 1, file) > 0);
    fclose(file);
    free(old);
    free(new);
    return text;
}

static char gradings[64];

// Writes the next accounts into this grading.
static void into(const char *grading)
{
    if (*gradings == '\0')
        strcpy(gradings, out);
    snprintf(out, sizeof out, "%s/%s", gradings, grading);
}

UNIT_TEST(compare, tells_who_and_why)
{
    int status;
    begin();
    into("old");
    write_graded("ann", 80);
    write_graded("bob", 70);
    into("new");
    write_graded("bob", 70);
    write_graded("ann", 90);
    char *account = read_out("ann/account.json");
    account[(size_t)(strstr(account, "\"d\"") - account) + 1] = 'e';
    char *of = strstr(account, "\"of\":100,\"raftlab\"");
    check(of != NULL);
    of[strlen("\"of\":10")] = '1';
    write_file("ann", "account.json", account);
    strcpy(out, gradings);

    char *text = compared(&status);
    check(status == 1);
    expect(text, "ann                            80.00   90.00  +10.00  "
                 "submission\n  was of 100, is of 101\n"
                 "  2A initial_election +10.000\n");
    expect(text, "\n1 of 2 submissions changed\n");
    expect_not(text, "bob");
    free(text);
    free(account);
    end();
}

// Writes an account with 20 tests, of which test k has k * points.
static void write_many(const char *name, double points)
{
    char *tests;
    size_t size;
    FILE *to = alloc_stream(&tests, &size);
    for (int k = 0; k < 20; k++)
        fprintf(to,
                "%s{\"suite\":\"fig2\",\"name\":\"a_line_of_it_%d\",\"points\":"
                "%g,\"of\":100,\"layers\":{}}",
                k > 0 ? "," : "", k, points * k);
    fclose(to);
    write_account(name, "graded", 10 * points, tests, "");
    free(tests);
}

static void expect_80_columns(const char *text)
{
    for (const char *line = text, *stop; *line != '\0'; line = stop + 1) {
        stop = strchr(line, '\n');
        check_that(stop - line <= 80, "%.*s", (int)(stop - line), line);
    }
}

// Only the largest changes of a submission are named.
UNIT_TEST(compare, many_tests_are_counted)
{
    int status;
    begin();
    into("old");
    write_many("ann", 1);
    into("new");
    write_many("ann", 0.5);
    strcpy(out, gradings);
    char *text = compared(&status);
    check(status == 1);
    expect(text, "  fig2 a_line_of_it_19 -9.500, ");
    expect(text, "and 13 more\n");
    expect_80_columns(text);
    free(text);
    end();
}

#define LONG_TEST(points)                                                      \
    "{\"suite\":\"2B\",\"name\":\"leader_backs_up_quickly_over_incorrect_"     \
    "follower_logs\",\"points\":" points ",\"of\":4,\"layers\":{}}"

// A long name is a person's or a test's, and whole.
UNIT_TEST(compare, no_name_is_cut)
{
    static const char name[] = "somebody_whose_name_is_longer_than_that";
    static const char had[] = LONG_TEST("4"), has[] = LONG_TEST("1");
    int status;
    begin();
    into("old");
    write_account(name, "graded", 90, had, "");
    write_account("a-1", "graded", 90, had, "");
    into("new");
    write_account(name, "graded", 87, has, "");
    write_account("a-1", "graded", 87, has,
                  ",\"handed_in_as\":\"the hand-in of somebody whose name is "
                  "longer than a line of a terminal, however wide.zip\"");
    strcpy(out, gradings);
    char *text = compared(&status);
    expect(text, "\nsomebody_whose_name_is_longer_than_that\n        ");
    expect(text, "however\n  wide.zip (a-1)\n        ");
    expect(text,
           "\n2B leader_backs_up_quickly_over_incorrect_follower_logs\n ");
    expect_80_columns(text);
    free(text);
    end();
}

// Two gradings that are alike; the second one is in `out`.
static void begin_alike(void)
{
    begin();
    into("old");
    write_graded("ann", 80);
    into("new");
    write_graded("ann", 80);
}

// A submission without a score is not told as missing.
UNIT_TEST(compare, tells_who_has_no_score)
{
    int status;
    begin_alike();
    write_file("ann", GRADED_EARLIER, "");
    strcpy(out, gradings);
    char *text = compared(&status);
    check(status == 1);
    expect(text, "\nWithout a score in the new one:\n  ann\n");
    expect_not(text, "Graded only");
    free(text);
    end();
}

UNIT_TEST(compare, same_is_status_0)
{
    int status;
    begin_alike();
    strcpy(out, gradings);
    char *text = compared(&status);
    check(status == 0);
    check(strcmp(text, "0 of 1 submissions changed\n") == 0);
    free(text);
    end();
}
