// A submission is graded in a folder of its own. When all results are there,
// the folder with them takes the place of OUT/NAME at once.
#include "grade/one.h"

#include "grade/account.h"
#include "grade/build.h"
#include "grade/disk.h"
#include "grade/failures.h"
#include "grade/graded.h"
#include "grade/junit.h"
#include "grade/kept.h"
#include "grade/lab_files.h"
#include "grade/layers.h"
#include "grade/line.h"
#include "grade/results.h"
#include "grade/score.h"
#include "grade/seconds.h"
#include "grade/store.h"
#include "rt/alloc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define OTHER_HEADER                                                           \
    "its raft.h differs from the lab's: it was built with the lab's, as all "  \
    "are"

struct one_grading {
    const struct grading *grading;
    const struct submission *submission;
    void (*says)(const char *what);
    struct work work;
    char digest[DIGEST_SIZE];
    bool other_header;
    struct build build;
    struct layers layers;
    struct score score;
    struct failures failures;
    struct report report;
    double began;  // By seconds_now.
};

// ---- The report ----

static char *time_now(void)
{
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    char text[32];
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return alloc_string(text);
}

static void begin_report(struct one_grading *one)
{
    const struct grading *grading = one->grading;
    one->report = (struct report){
        .name = one->submission->name,
        .given = one->submission->given,
        .digest = one->digest,
        .ignored = one->other_header ? OTHER_HEADER : NULL,
        .points = &grading->points,
        .runs = &one->layers.runs,
        .score = &one->score,
        .raftlab = grading->raftlab,
        .compiler = grading->compiler,
        .points_digest = grading->points_digest,
        .secret = grading->secret.id,
        .parts = (const char *const *)grading->request->parts,
        .cpus = grading->cpus,
        .kernel = grading->kernel,
        .began = time_now(),
    };
}

static double cpu_seconds(const struct one_grading *one)
{
    double sum = one->build.cpu_s;
    for (int layer = 0; layer < N_LAYERS; layer++)
        sum += one->layers.reports[layer].cpu_seconds;
    return sum;
}

static void end_report(struct one_grading *one)
{
    struct report *report = &one->report;
    const char *fallback = one->layers.fallback != NULL ? one->layers.fallback
                                                        : one->build.fallback;
    report->confined = fallback != NULL ? fallback : "namespaces";
    memcpy(report->layers, one->layers.reports, sizeof(report->layers));
    report->failures = one->failures.all;
    report->n_failures = one->failures.n;
    report->seconds = seconds_now() - one->began;
    report->cpu_seconds = cpu_seconds(one);
}

// Writes it all, the account last.
static bool write_results(struct one_grading *one)
{
    const char *folder = one->work.results;
    char *results = alloc_format("%s/" GRADED_RESULTS, folder);
    char *junit = alloc_format("%s/junit.xml", folder);
    char *account = alloc_format("%s/" GRADED_ACCOUNT, folder);
    char *place = alloc_format("%s/%s", one->grading->request->out,
                               one->submission->name);
    bool written = results_write(&one->report, results) &&
                   junit_write(&one->report, junit) &&
                   account_write(&one->report, account) &&
                   store_replace(folder, place);
    free(results);
    free(junit);
    free(account);
    free(place);
    return written;
}

// ---- The steps ----

static bool is_vanished(const struct submission *submission)
{
    if (access(submission->path, R_OK) == 0)
        return false;
    fprintf(stderr,
            "grade: %s is not there any more, or cannot be read (%s): put it "
            "back\n",
            submission->given != NULL ? submission->given : submission->path,
            strerror(errno));
    return true;
}

// Another make may have made the lab's files again. A build or run of that time
// says nothing.
static bool lab_has_changed(const struct one_grading *one)
{
    char digest[DIGEST_SIZE];
    lab_files_digest(digest);
    if (strcmp(digest, one->grading->lab_files) == 0)
        return false;
    fprintf(stderr,
            "grade: %s: another make has changed the lab's files in build/ or "
            "scripts/ meanwhile\n",
            submission_label(one->submission));
    return true;
}

// Sets `refusal`, which the caller frees. False if the grading failed.
static bool unpack(struct one_grading *one, char **refusal)
{
    const struct submission *submission = one->submission;
    bool machine_failed;
    *refusal =
        submission_unpack(submission, one->work.root, one->work.source,
                          one->digest, &machine_failed, &one->other_header);
    if (*refusal == NULL)
        return true;
    one->digest[0] = '\0';
    if (machine_failed)
        fprintf(stderr, "grade: %s: %s\n", submission_label(submission),
                *refusal);
    return !machine_failed && !is_vanished(submission) &&
           disk_has_room(one->work.folder);
}

static unsigned products(const struct grading *grading)
{
    static const unsigned of[N_LAYERS] = {
        [LAYER_ISOLATED] = BUILD_OBJECT,
        [LAYER_VIRTUAL] = BUILD_SIMULATOR,
        [LAYER_TSAN] = BUILD_TSAN,
        [LAYER_ASAN] = BUILD_ASAN,
    };
    unsigned all = 0;
    for (int layer = 0; layer < N_LAYERS; layer++)
        all |= grading->points.counts[layer] ? of[layer] : 0;
    return all;
}

// The sources are kept for a person, and to find those that look alike.
static bool keep_source(const struct one_grading *one)
{
    char *kept = alloc_format("%s/source", one->work.results);
    bool moved = rename(one->work.source, kept) == 0;
    if (!moved)
        fprintf(stderr, "grade: %s cannot be kept\n", one->work.source);
    free(kept);
    return moved;
}

static void settle(struct one_grading *one)
{
    one->report.state =
        one->score.n_open == 0 ? REPORT_GRADED : REPORT_FOR_A_PERSON;
    if (one->score.n_open > 0)
        one->report.reason = alloc_format(
            "%d test%s inconclusive too often: a person has to "
            "decide",
            one->score.n_open, one->score.n_open == 1 ? " was" : "s were");
}

// Builds and runs it. False if the grading failed.
static bool build_and_run(struct one_grading *one)
{
    one->says("builds");
    one->build = build_submission(one->work.source, one->work.build,
                                  products(one->grading));
    if (!disk_has_room(one->work.folder))
        return false;
    if (!one->build.ran) {
        fprintf(stderr, "grade: %s: %s\n", submission_label(one->submission),
                one->build.message);
        return false;
    }
    if (!one->build.ok) {
        one->report.state = REPORT_NOT_BUILT;
        one->report.reason = alloc_string(one->build.message);
    } else {
        layers_run(&one->layers, one->grading, &one->work, one->digest,
                   one->says);
        if (!disk_has_room(one->work.folder))
            return false;
    }
    one->score = score_of(&one->grading->points, &one->layers.runs);
    if (one->build.ok) {
        settle(one);
        one->says("failures");
        one->failures = failures_find(&one->layers.runs, &one->work);
    }
    return keep_source(one);
}

static enum one grade(struct one_grading *one)
{
    char *refusal = NULL;
    if (!unpack(one, &refusal)) {
        free(refusal);
        return ONE_NOT;
    }
    if (kept_is_graded(one->grading, one->submission, one->digest, refusal)) {
        free(refusal);
        return ONE_KEPT;
    }
    kept_set_earlier(one->grading, one->submission, true);
    if (lab_has_changed(one))
        return ONE_NOT;
    begin_report(one);
    if (refusal != NULL) {
        one->report.state = REPORT_REFUSED;
        one->report.reason = refusal;
        one->score = score_of(&one->grading->points, &one->layers.runs);
    } else if (!build_and_run(one) || lab_has_changed(one)) {
        return ONE_NOT;
    }
    end_report(one);
    return write_results(one) ? ONE_GRADED : ONE_NOT;
}

// This process ends after one submission, so what it allocated may stay.
enum one one_grade(const struct grading *grading,
                   const struct submission *submission,
                   void (*says)(const char *what), char **line)
{
    struct one_grading one = { .grading = grading,
                               .submission = submission,
                               .says = says,
                               .began = seconds_now() };
    bool begun = work_begin(&one.work, grading->work, submission->name) &&
                 disk_has_room(one.work.folder);
    enum one end = begun ? grade(&one) : ONE_NOT;
    *line = end == ONE_GRADED ? line_of(&one.report) : NULL;
    work_end(&one.work);
    return end;
}

bool one_is_graded(const struct grading *grading,
                   const struct submission *submission)
{
    struct one_grading one = { .grading = grading, .submission = submission };
    char *refusal = NULL;
    bool is_graded = work_begin(&one.work, grading->work, submission->name) &&
                     unpack(&one, &refusal) &&
                     kept_is_graded(grading, submission, one.digest, refusal);
    work_end(&one.work);
    free(refusal);
    return is_graded;
}
