// The parts of the page of timings: statistics, the reading of figures and
// records, the pictures.
#include "rt/alloc.h"
#include "rt/bad_input.h"
#include "tests/unit/unit.h"
#include "timing/data.h"
#include "timing/page.h"
#include "timing/picture.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct samples samples_of(int n, const double *values)
{
    struct samples samples = { 0 };
    for (int k = 0; k < n; k++)
        samples_add(&samples, values[k]);
    samples_sort(&samples);
    return samples;
}

#define SAMPLES(...)                                                           \
    samples_of((int)(sizeof((double[]){ __VA_ARGS__ }) / sizeof(double)),      \
               (double[]){ __VA_ARGS__ })

#define NEAR(a, b) (fabs((a) - (b)) < 1e-9)

// ---- Statistics ----

UNIT_TEST(timing, quantiles_lie_between_samples)
{
    struct samples s = SAMPLES(40, 10, 30, 20);
    check(NEAR(samples_quantile(&s, 0), 10));
    check(NEAR(samples_quantile(&s, 0.25), 17.5));
    check(NEAR(samples_quantile(&s, 0.5), 25));
    check(NEAR(samples_quantile(&s, 1), 40));
    samples_free(&s);
}

static void expect_difference(struct samples a, struct samples b,
                              double superior, double p)
{
    struct difference d = samples_compare(&a, &b);
    check(d.is_tested);
    check_that(NEAR(d.superior, superior), "superior: %.12f", d.superior);
    check_that(NEAR(d.p, p), "p: %.12f", d.p);
    d = samples_compare(&b, &a);
    check(NEAR(d.superior, 1 - superior) && NEAR(d.p, p));
    samples_free(&a);
    samples_free(&b);
}

// The expected values come from the formula, computed pair by pair.
UNIT_TEST(timing, mann_whitney)
{
    expect_difference(SAMPLES(1, 2, 3, 4, 5, 6, 7, 8),
                      SAMPLES(5, 6, 7, 8, 9, 10, 11, 12), 0.125,
                      0.013313002763816674);
    expect_difference(SAMPLES(1.1, 2.2, 3.3, 4.4, 5.5, 6.6, 7.7, 8.8),
                      SAMPLES(0.5, 9, 10, 11, 12, 13, 14, 15, 16),
                      0.1111111111111111, 0.008140438415678013);
    expect_difference(SAMPLES(1, 1, 1, 1, 1, 1, 1, 1),
                      SAMPLES(1, 1, 1, 1, 1, 1, 1, 1), 0.5, 1);
}

UNIT_TEST(timing, few_samples_tell_nothing)
{
    struct samples a = SAMPLES(1, 2, 3, 4, 5, 6, 7);
    struct samples b = SAMPLES(11, 12, 13, 14, 15, 16, 17, 18);
    check(!samples_compare(&a, &b).is_tested);
    samples_free(&a);
    samples_free(&b);
}

UNIT_TEST(timing, holm_s_correction)
{
    double p[] = { 0.03, 0.001, 0.025, 0.9 };
    double *all[] = { &p[0], &p[1], &p[2], &p[3] };
    samples_correct(all, 4);
    check(NEAR(p[1], 0.004));
    check(NEAR(p[2], 0.075));
    check(NEAR(p[0], 0.075));  // Not less than the smaller one's.
    check(NEAR(p[3], 0.9));
}

// ---- Files ----

static char folder[] = "/tmp/raftlab-timing-XXXXXX";

static void make_folder(void)
{
    check(mkdtemp(folder) != NULL);
}

static void remove_folder(void)
{
    char *command = alloc_format("rm -r '%s'", folder);
    check(system(command) == 0);
    free(command);
}

// Writes a file into the folder; the caller frees its path.
static char *write_file(const char *name, const char *text)
{
    char *path = alloc_format("%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    check(file != NULL);
    fputs(text, file);
    fclose(file);
    return path;
}

#define COLUMNS                                                                \
    "raft,time,suite,test,run,seed,policy,result,seconds,servers,rpcs,bytes,"  \
    "commands,cpu_seconds,memory_kb,late_ms,message,warning,log,record\n"
#define ROW(raft, result, seconds, message)                                    \
    raft ",virtual,2A,initial_election,1,1,," result "," seconds               \
         ",3,40,1568,0,0.1,900,," message ",,,\n"

static struct data data;

UNIT_TEST(timing, figures_are_read)
{
    make_folder();
    char *path = write_file(
        "rows.csv", COLUMNS ROW("raft", "passed", "3.5", "")
                        ROW("raft", "failed", "9", "\"no, \"\"one\"\"\nleads\"")
                            ROW("\"my, raft\"", "passed", "2.5", "")
                                ROW("raft", "passed", "3", ""));
    data_read(&data, path);
    data_sort(&data);
    check(data.n_groups == 2 && data.n_tests == 1);
    check(strcmp(data.groups[1].raft, "my, raft") == 0);
    check(data.tests[0].n_runs[0] == 3 && data.tests[0].n_passed[0] == 2);
    const struct samples *seconds = &data.tests[0].figures[0][SECONDS];
    check(seconds->n == 2 && NEAR(seconds->value[0], 3) &&
          NEAR(seconds->value[1], 3.5));
    data_free(&data);
    free(path);
    remove_folder();
}

// Reads a file that need not be removed.
static void read_text(const char *text)
{
    int fd = memfd_create("rows", 0);
    check(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    data_read(&data, alloc_format("/proc/self/fd/%d", fd));
}

static void expect_refused(const char *text)
{
    pid_t pid = unit_fork();
    if (pid == 0) {
        read_text(text);
        _exit(0);
    }
    int status;
    check(waitpid(pid, &status, 0) == pid);
    check_that(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_BAD_INPUT,
               "wait status %#x", (unsigned)status);
}

UNIT_TEST(timing, other_files_are_refused)
{
    expect_refused("test,seconds\na,1\n");
    expect_refused(COLUMNS ROW("raft", "passed", "nan", ""));
    expect_refused(COLUMNS
                   "raft,virtual,2A,../x,1,1,,passed,1,3,40,1568,,,,,,,,\n");
}

// ---- Records ----

#define EVENT(ms, event, rest)                                                 \
    "{\"n\":1,\"ms\":" ms ",\"thread\":1,\"event\":\"" event "\"" rest "}\n"
#define SERVER(s) ",\"server\":" s ",\"life\":1"
#define LEADS(ms, s, term)                                                     \
    EVENT(ms, "request_sent",                                                  \
          SERVER(s) ",\"peer\":0,\"method\":\"Raft.AppendEntries\",\"bytes\":" \
                    "24,\"args\":{\"term\":" term ",\"leader_id\":1}")
#define APPLIED(ms, s, command)                                                \
    EVENT(ms, "applied", SERVER(s) ",\"index\":1,\"command\":" command)

// Server 0 leads term 1 and is cut off; 1 leads term 2. Later claims of
// server 0 do not count, nor do quotations in a server's log.
static const char record[] =
    "{\"format\":\"raftlab "
    "record\",\"version\":1,\"servers\":3,\"seed\":7}\n" EVENT(
        "0.0", "test_begins",
        ",\"network\":\"reliable\"") EVENT("1.0", "connected", SERVER("0"))
        EVENT("2.0", "connected", SERVER("1")) EVENT("3.0", "connected",
                                                     SERVER("2"))
            LEADS("302.0", "0", "1") LEADS("400.0", "0", "1") EVENT(
                "450.0", "log",
                SERVER("1") ",\"text\":\"\\\"event\\\":\\\"crashed\\\"\"")
                EVENT("500.0", "offered",
                      SERVER("0") ",\"index\":1,\"term\":1,\"command\":\"x\"")
                    APPLIED("501.0", "0", "\"y\"") APPLIED(
                        "502.0", "0", "\"x\"") APPLIED("504.5", "2", "\"x\"")
                        APPLIED("505.0", "1", "\"x\"")
                            EVENT("600.0", "cut_off", SERVER("0"))
                                LEADS("650.0", "0", "9")
                                    EVENT("700.0", "cut_off", SERVER("2"))
                                        EVENT("900.0", "connected", SERVER("2"))
                                            LEADS("1000.0", "1", "2");

static void expect_one(const struct group *group, enum measure measure,
                       double ms)
{
    const struct samples *s = &group->measured[measure];
    check_that(s->n == 1 && NEAR(s->value[0], ms), "%s: %d samples, %g",
               measure_names[measure], s->n, s->n > 0 ? s->value[0] : 0);
}

UNIT_TEST(timing, elections_and_commits)
{
    make_folder();
    static struct group group;
    char *path = write_file("record.jsonl", record);
    times_read(&group, path);
    expect_one(&group, FIRST_LEADER, 300);
    // From the moment when there was a majority again.
    expect_one(&group, LEADER_AFTER_LOSS, 100);
    expect_one(&group, COMMIT_RELIABLE, 4.5);
    check(group.measured[COMMIT_UNRELIABLE].n == 0);

    // A test with this seed and so many servers begins alike.
    times_read(&group, path);
    expect_one(&group, FIRST_LEADER, 300);
    check(group.measured[LEADER_AFTER_LOSS].n == 2);
    free(path);
    remove_folder();
}

#define CRASHED(ms, s)   EVENT(ms, "crashed", SERVER(s))
#define CONNECTED(ms, s) EVENT(ms, "connected", SERVER(s))

// A leader that was started again does not lead.
UNIT_TEST(timing, an_election_after_a_restart)
{
    make_folder();
    static struct group group;
    char *path = write_file(
        "record.jsonl",
        "{\"format\":\"raftlab "
        "record\",\"version\":1,\"servers\":3,\"seed\":7}\n" CONNECTED(
            "1.0", "0") CONNECTED("2.0", "1") CONNECTED("3.0", "2")
            LEADS("302.0", "0", "1") CRASHED("400.0", "0") CRASHED("401.0", "1")
                CRASHED("402.0", "2") CONNECTED("500.0", "0")
                    CONNECTED("501.0", "1") CONNECTED("502.0", "2")
                        LEADS("751.0", "0", "2"));
    times_read(&group, path);
    expect_one(&group, FIRST_LEADER, 300);
    expect_one(&group, LEADER_AFTER_LOSS, 250);
    free(path);
    remove_folder();
}

// ---- The page ----

static char *read_page(const char *name)
{
    char *path = alloc_format("%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    check_that(file != NULL, "there is no %s", path);
    char *text = alloc(1 << 20);
    check(fread(text, 1, (1 << 20) - 1, file) > 0);
    fclose(file);
    free(path);
    return text;
}

static void add_runs(FILE *to, const char *raft, int bytes)
{
    for (int k = 0; k < 10; k++)
        fprintf(to,
                "%s,virtual,2A,initial_election,%d,%d,,passed,3.%d,3,40,%d,0,"
                "0.1,900,,,,,\n",
                raft, k, k, k, bytes + k);
}

// The page needs no other file, and a Raft's name is never markup.
UNIT_TEST(timing, the_page)
{
    make_folder();
    char *rows;
    size_t size;
    FILE *memory = open_memstream(&rows, &size);
    fputs(COLUMNS, memory);
    add_runs(memory, "raft", 1000);
    add_runs(memory, "<b>mine", 2000);
    fclose(memory);
    char *path = write_file("rows.csv", rows);
    data_read(&data, path);
    data_sort(&data);
    timing_page_write(&data, folder);

    char *page = read_page("timing.html");
    check(strstr(page, "1 of 3 comparisons differ") != NULL);
    check(strstr(page, "<td>bytes</td><td>1004</td><td>2004</td>"
                       "<td>0.00</td><td>&lt; 0.001</td>") != NULL);
    check(strstr(page, "MIT 16.8k") != NULL);
    check(strstr(page, "<b>") == NULL);
    check(strstr(page, "https:") == NULL && strstr(page, "src=") == NULL);
    char *svg = read_page("2A-initial_election.svg");
    check(strncmp(svg, "<svg xmlns='http://www.w3.org/2000/svg'", 39) == 0);
    free(svg);
    free(page);
    data_free(&data);
    free(path);
    free(rows);
    remove_folder();
}
