#include "grade/class.h"

#include "grade/class_page.h"
#include "grade/csv.h"
#include "grade/graded.h"
#include "grade/kept.h"
#include "grade/one.h"
#include "grade/pace.h"
#include "grade/roll.h"
#include "grade/scores.h"
#include "grade/seconds.h"
#include "grade/store.h"
#include "grade/workers.h"
#include "rt/alloc.h"
#include "rt/bad_input.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WAIT_MS 200

struct class
{
    const struct grading *grading;
    const struct submission **each;  // Those to grade.
    int n;
    int next;                // Not begun yet.
    int n_not;               // So many could not be graded.
    struct worker *workers;  // One for each job.
    struct pace pace;
};

static volatile sig_atomic_t stopped_by;

static void stop(int signal)
{
    stopped_by = signal;
}

// ---- Which ----

static bool is_named(const struct submission *submission, const char *name)
{
    return strcmp(submission->name, name) == 0 ||
           strcmp(submission_label(submission), name) == 0;
}

static bool is_wanted(const char *const *only,
                      const struct submission *submission)
{
    bool wanted = only == NULL;
    for (int k = 0; only != NULL && only[k] != NULL; k++)
        wanted = wanted || is_named(submission, only[k]);
    return wanted;
}

static void check_only(const char *const *only,
                       const struct submissions *submissions, const char *subs)
{
    for (int k = 0; only != NULL && only[k] != NULL; k++) {
        int i = 0;
        while (i < submissions->n && !is_named(&submissions->all[i], only[k]))
            i++;
        if (i == submissions->n)
            bad_input("grade", "%s has no submission \"%s\"", subs, only[k]);
    }
}

static void choose(struct class *class, const struct submissions *submissions)
{
    const struct request *request = class->grading->request;
    const char *const *only = (const char *const *)request->only;
    check_only(only, submissions, request->subs);
    class->each = alloc((size_t)submissions->n * sizeof(*class->each));
    for (int i = 0; i < submissions->n; i++)
        if (is_wanted(only, &submissions->all[i]))
            class->each[class->n++] = &submissions->all[i];
    if (class->n == 0)
        bad_input("grade",
                  "%s: no submissions there: neither folders nor "
                  "archives",
                  request->subs);
}

// A result takes the place of OUT/NAME. So that has to be a result, too, or
// what is left of one. An empty folder is removed.
static void check_place(const char *out, const char *name)
{
    char *place = alloc_format("%s/%s", out, name);
    if (store_has(out, name) && !store_has(place, GRADED_ACCOUNT) &&
        !store_has(place, GRADED_RESULTS) && !store_has(place, "source") &&
        rmdir(place) != 0)
        bad_input("grade",
                  "%s is no result of a grading: move it away, or write to "
                  "another folder (make's OUT=)",
                  place);
    free(place);
}

// ---- The loop ----

static void show(const struct class *class)
{
    char *text;
    size_t size;
    FILE *to = alloc_stream(&text, &size);
    bool is_first = true;
    for (int k = 0; k < class->grading->request->jobs; k++) {
        const struct worker *worker = &class->workers[k];
        if (worker->pid == 0)
            continue;
        fprintf(to, "%s%s", is_first ? "" : ", ",
                submission_label(worker->submission));
        if (worker->doing[0] != '\0')  // It has said what it does.
            fprintf(to, " (%s)", worker->doing);
        is_first = false;
    }
    fclose(to);
    pace_show(&class->pace, text);
    free(text);
}

static void end_one(struct class *class, const struct worker *worker,
                    enum one end)
{
    const char *line = end == ONE_GRADED ? worker->line
                       : end == ONE_KEPT ? "graded already"
                                         : "NOT GRADED";
    class->n_not += end == ONE_NOT;
    if (end != ONE_GRADED)
        kept_set_earlier(class->grading, worker->submission, end == ONE_NOT);
    pace_done(&class->pace, submission_label(worker->submission), line,
              end == ONE_GRADED ? seconds_now() - worker->began : 0);
}

static void start_some(struct class *class)
{
    for (int k = 0; k < class->grading->request->jobs; k++) {
        struct worker *worker = &class->workers[k];
        if (worker->pid != 0 || class->next == class->n)
            continue;
        const struct submission *submission = class->each[class->next++];
        *worker = (struct worker){ .submission = submission };
        if (!worker_start(worker, class->grading, submission))
            end_one(class, worker, ONE_NOT);
    }
}

// Looks at all workers. Returns the number of those that work.
static int look(struct class *class)
{
    int working = 0;
    for (int k = 0; k < class->grading->request->jobs; k++) {
        struct worker *worker = &class->workers[k];
        enum one end;
        if (worker->pid == 0)
            continue;
        worker_listen(worker);
        if (worker_has_ended(worker, &end))
            end_one(class, worker, end);
        else
            working++;
    }
    return working;
}

// Sets whether the result that it has counts.
static void settle(const struct grading *grading,
                   const struct submission *submission)
{
    kept_set_earlier(grading, submission, !one_is_graded(grading, submission));
}

// Those that were under way, and those that were not begun.
static void settle_left(const struct class *class)
{
    for (int k = 0; k < class->grading->request->jobs; k++) {
        if (class->workers[k].submission != NULL)
            settle(class->grading, class->workers[k].submission);
    }
    for (int k = class->next; k < class->n; k++)
        settle(class->grading, class->each[k]);
}

static void grade_all(struct class *class)
{
    for (;;) {
        start_some(class);
        int working = look(class);
        if (stopped_by != 0 || (working == 0 && class->next == class->n))
            break;
        show(class);
        poll(NULL, 0, WAIT_MS);
    }
    workers_stop(class->workers, class->grading->request->jobs);
    pace_end(&class->pace);
    if (stopped_by != 0)
        settle_left(class);
}

// ---- The files of the class ----

int class_merge(const char *out)
{
    bool written = csv_write(out) && class_page_write(out);
    scores_print(out);
    if (written)
        printf("%s/" GRADED_TABLE "\n%s/" GRADED_PAGE "\n", out, out);
    return written ? EXIT_SUCCESS : EXIT_FAILURE;
}

// Are there results, or files of the class that show results of earlier ones?
static bool has_files(const struct class *class)
{
    const struct request *request = class->grading->request;
    return request->only == NULL && (class->pace.done > class->n_not ||
                                     store_has(request->out, GRADED_TABLE));
}

static void say_what_is_left(const struct class *class)
{
    int left = class->n - class->pace.done;
    if (class->n_not > 0)
        printf("%d of %d could not be graded: see above.\n", class->n_not,
               class->n);
    if (left > 0)
        printf("Stopped; %d of %d are left.\n", left, class->n);
    if (class->n_not + left > 0)
        printf("The same command goes on where this one ended.\n");
}

// Dies of the signal that stopped it, so that its parent sees that.
static void end_as_stopped(void)
{
    if (stopped_by == 0)
        return;
    fflush(stdout);
    signal(stopped_by, SIG_DFL);
    raise(stopped_by);
}

// Finds the submissions, and chooses those that are wanted. Both must be freed.
static void begin(struct class *class, const struct grading *grading,
                  struct submissions *submissions)
{
    const struct request *request = grading->request;
    *class = (struct class){ .grading = grading };
    *submissions = submissions_find(request->subs);
    if (submissions->n < 0)
        bad_input("grade", "%s (make's SUBS=): %s", request->subs,
                  strerror(errno));
    choose(class, submissions);
    for (int k = 0; k < class->n; k++)
        check_place(request->out, class->each[k]->name);
}

// The files of the class will be about these.
static void set_roll(const struct grading *grading,
                     const struct submissions *submissions)
{
    roll_write(grading->request->out, submissions);
    kept_set_gone(grading, submissions);
}

int class_settle(const struct grading *grading)
{
    struct class class;
    struct submissions submissions;
    begin(&class, grading, &submissions);
    set_roll(grading, &submissions);
    for (int k = 0; k < class.n; k++)
        settle(grading, class.each[k]);
    free(class.each);
    submissions_free(&submissions);
    return class_merge(grading->request->out);
}

int class_list(const struct grading *grading)
{
    struct class class;
    struct submissions submissions;
    begin(&class, grading, &submissions);
    for (int k = 0; k < class.n; k++) {
        if (!one_is_graded(grading, class.each[k]))
            printf("%s\n", class.each[k]->name);
    }
    free(class.each);
    submissions_free(&submissions);
    return EXIT_SUCCESS;
}

int class_grade(const struct grading *grading)
{
    const struct request *request = grading->request;
    struct class class;
    struct submissions submissions;
    begin(&class, grading, &submissions);
    if (request->only == NULL)
        set_roll(grading, &submissions);
    class.workers = alloc((size_t)request->jobs * sizeof(*class.workers));
    class.pace = pace_begin(class.n, request->jobs);
    signal(SIGINT, stop);
    signal(SIGTERM, stop);
    grade_all(&class);

    int status = has_files(&class) ? class_merge(request->out) : EXIT_SUCCESS;
    say_what_is_left(&class);
    end_as_stopped();
    free(class.workers);
    free(class.each);
    submissions_free(&submissions);
    return class.n_not > 0 ? EXIT_FAILURE : status;
}
