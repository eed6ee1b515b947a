#include "runner/hunt_show.h"

#include "rt/alloc.h"
#include "runner/groups.h"
#include "runner/output.h"
#include "runner/program.h"
#include "runner/taping.h"
#include "tape/tape.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct showing {
    const struct hunt_report *report;
    bool shrinks;
    bool to_terminal;
};

_Noreturn static void die(const struct showing *showing, int signal_number)
{
    struct pool *pool = showing->report->pool;
    pool_kill(pool);
    signal(signal_number, SIG_DFL);
    sigprocmask(SIG_SETMASK, &pool->old_mask, NULL);
    raise(signal_number);
    _exit(EXIT_FAILURE);
}

// The path of the group's files, without their ends. It is that of the run, not
// of the group's letter: a later hunt may give that to other failures. The
// caller frees it.
static char *path_of(const struct showing *showing,
                     const struct hunt_group *group)
{
    const struct hunted *run = &group->least.run;
    const struct lab_test *test = showing->report->findings->tests[run->test];
    return alloc_format("%s/%s-%s-seed%d-%s", showing->report->folder,
                        test->suite, test->name, run->seed,
                        mix[run->policy].policy);
}

// Gives the page, and the record, this path.
static void rename_files(struct result *result, const char *base)
{
    char **paths[] = { &result->page, &result->record };
    const char *const ends[] = { "html", "jsonl" };
    for (int i = 0; i < 2; i++) {
        if (*paths[i] == NULL)
            continue;
        char *path = alloc_format("%s.%s", base, ends[i]);
        if (rename(*paths[i], path) == 0) {
            free(*paths[i]);
            *paths[i] = path;
        } else {
            free(path);
        }
    }
}

// Runs the test as the group's options say. Returns whether it fails as the
// group does.
static bool run_again(const struct showing *showing, struct hunt_group *group)
{
    struct pool *pool = showing->report->pool;
    struct options options = group->options;
    options.records = showing->report->folder;
    options.hunt = NULL;
    result_free(&group->result);
    int stopped_by = pool_run_alone(pool, group->least.run.test, group->run,
                                    &options, &group->result);
    if (stopped_by != 0)
        die(showing, stopped_by);
    if (group->result.outcome != FAILED)
        return false;
    char *signature = result_signature(&group->result);
    const struct findings *findings = showing->report->findings;
    bool is_alike =
        strcmp(signature, findings->signatures.each[group->number]) == 0;
    free(signature);
    return is_alike;
}

// ---- Shrinking ----

// A program that we run gets Ctrl-C, too. We see it here, when that has ended.
static void look_for_stop(struct showing *showing)
{
    int stopped_by = pool_take_signal(showing->report->pool);
    if (stopped_by != 0 && showing->report->is_stopped)
        die(showing, stopped_by);
    if (stopped_by != 0)
        showing->shrinks = false;
}

// Makes the tape of a smaller run that fails alike. False if there is none.
static bool make_tape(struct showing *showing, const struct hunt_group *group,
                      const char *tape, const char *text)
{
    const struct options *options = showing->report->options;
    const struct hunted *run = &group->least.run;
    const struct lab_test *test = showing->report->findings->tests[run->test];
    char *seed = alloc_format("%d", run->seed);
    char *limit = alloc_format("%d", options->limit_s);
    char *argv[] = { (char *)options->shrink,
                     "--suite",
                     (char *)test->suite,
                     "--test",
                     (char *)test->name,
                     "--policy",
                     (char *)mix[run->policy].policy,
                     "--first",
                     seed,
                     "--limit",
                     limit,
                     "--save-tape",
                     (char *)tape,
                     NULL };
    bool made = program_run(argv, text);
    free(seed);
    free(limit);
    look_for_stop(showing);
    return made;
}

// Runs the shrunk run. False if it does not fail as the group does.
static bool run_tape(const struct showing *showing, struct hunt_group *group,
                     const char *tape)
{
    struct options *options = &group->options;
    options->tape = tape;
    options->hunt = NULL;
    free(taping_read(options));
    options->replay = showing->report->options->replay;
    group->run = 1;  // Its seed is now options->first_seed.
    bool is_alike = run_again(showing, group);
    tape_free(options->repeated);
    options->repeated = NULL;
    return is_alike;
}

static bool show_shrunk(struct showing *showing, struct hunt_group *group,
                        const char *letter, const char *base)
{
    char *tape = alloc_format("%s.tape", base);
    char *text = alloc_format("%s.shrunk", base);
    if (showing->to_terminal)
        printf("\r\033[Kshrinking %s; Ctrl-C shows it as it is", letter);
    fflush(stdout);
    bool is_shown =
        make_tape(showing, group, tape, text) && run_tape(showing, group, tape);
    if (showing->to_terminal)
        fputs("\r\033[K", stdout);
    if (is_shown) {
        group->tape = tape;
        group->shrunk = text;
    } else {
        free(tape);
        free(text);
    }
    return is_shown;
}

// ---- All groups ----

static void choose_run(const struct showing *showing, struct hunt_group *group)
{
    group->options = showing->report->of[group->least.run.policy];
    group->run = group->least.run.seed;
}

// Without pages, and if it has not failed again: the message of the journal.
static void take_old_message(const struct showing *showing,
                             struct hunt_group *group)
{
    const struct findings *findings = showing->report->findings;
    result_keep_failure(&group->result,
                        findings->tests[group->least.run.test]->name,
                        findings->messages[group->number]);
}

static void show(struct showing *showing, struct hunt_group *group,
                 const char *letter)
{
    char *base = path_of(showing, group);
    bool is_shown =
        showing->shrinks && show_shrunk(showing, group, letter, base);
    if (!is_shown) {
        choose_run(showing, group);
        run_again(showing, group);
    }
    rename_files(&group->result, base);
    free(base);
}

void hunt_show(const struct hunt_report *report, struct hunt_groups *groups,
               int most)
{
    struct showing showing = { .report = report,
                               .shrinks = report->options->shrink != NULL &&
                                          !report->is_hurried,
                               .to_terminal = isatty(STDOUT_FILENO) };
    for (int i = 0; i < groups->n; i++) {
        struct hunt_group *group = &groups->each[i];
        char *letter = groups_letter(i);
        choose_run(&showing, group);
        if (report->has_pages && i < most)
            show(&showing, group, letter);
        take_old_message(&showing, group);
        free(letter);
    }
}
