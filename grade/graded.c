// A wrong account is never taken for a score of 0: it is a gap, which the table
// and the page show as one.
#include "grade/graded.h"

#include "grade/account_file.h"
#include "grade/roll.h"
#include "grade/store.h"
#include "rt/alloc.h"
#include "rt/clean.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- The class ----

// Takes `given` and `why`.
static void add_gap(struct graded_class *class, const char *name, char *given,
                    const char *state, char *why)
{
    class->gaps = alloc_resize(class->gaps, (size_t) class->n_gaps + 1,
                               sizeof *class->gaps);
    struct graded_gap *gap = &class->gaps[class->n_gaps++];
    *gap = (struct graded_gap){ alloc_string(name), given, state, why };
    clean_text(gap->name, strlen(name));
}

static void add_account(struct graded_class *class, const char *path,
                        const char *name, bool is_earlier)
{
    class->each =
        alloc_resize(class->each, (size_t) class->n + 1, sizeof *class->each);
    struct graded *to = &class->each[class->n];
    char *why = account_file_read(to, path, name);
    if (why == NULL && !is_earlier) {
        class->n++;
        return;
    }
    if (why != NULL) {
        fprintf(stderr, "grade: %s is no account: %s\n", path, why);
        add_gap(class, name, NULL, "no result that can be read", why);
    } else {
        add_gap(class, name, to->given, "not graded again",
                alloc_string("its result is of an earlier grading"));
        to->given = NULL;
    }
    account_file_free(to);
}

// A folder without an account is a submission whose grading has not ended, if
// its source is there; other folders are none of the grading's results.
static void add_folder(struct graded_class *class, const char *out,
                       const char *name)
{
    char *place = alloc_format("%s/%s", out, name);
    char *account = alloc_format("%s/" GRADED_ACCOUNT, place);
    if (store_has(place, GRADED_ACCOUNT))
        add_account(class, account, name, store_has(place, GRADED_EARLIER));
    else if (store_has(place, "source"))
        add_gap(class, name, NULL, "not graded yet", alloc_string(""));
    free(account);
    free(place);
}

static void add_remark(struct graded *graded, const char *text)
{
    graded->mismatches = alloc_resize((void *)graded->mismatches,
                                      (size_t)graded->n_mismatches + 1,
                                      sizeof *graded->mismatches);
    graded->mismatches[graded->n_mismatches++] = alloc_string(text);
}

// All on the roll of the class have a row; others have a remark.
static void compare_with_roll(struct graded_class *class, const char *out)
{
    struct submissions roll;
    bool is_there = roll_read(out, &roll);
    for (int k = 0; k < class->n && is_there; k++) {
        if (!roll_has(&roll, class->each[k].name))
            add_remark(&class->each[k],
                       "its submission is not there any more: put it back, or "
                       "remove the folder of its result");
    }
    for (int k = 0; k < roll.n; k++) {
        const struct submission *one = &roll.all[k];
        struct graded_gap *gap = graded_find_gap(class, one->name);
        if (gap != NULL && gap->given == NULL && one->given != NULL)
            gap->given = alloc_string(one->given);
        if (gap == NULL && graded_find(class, one->name) == NULL)
            add_gap(class, one->name,
                    one->given != NULL ? alloc_string(one->given) : NULL,
                    "not graded yet", alloc_string(""));
    }
    submissions_free(&roll);
}

bool graded_read(struct graded_class *class, const char *out)
{
    struct dirent **entries;
    *class = (struct graded_class){ 0 };
    int n = store_list(out, &entries);
    if (n < 0) {
        fprintf(stderr, "grade: %s: wants the folder of a grading: %s\n", out,
                strerror(errno));
        return false;
    }
    for (int k = 0; k < n; k++) {
        add_folder(class, out, entries[k]->d_name);
        free(entries[k]);
    }
    free((void *)entries);
    compare_with_roll(class, out);
    if (class->n + class->n_gaps > 0)
        return true;
    fprintf(stderr,
            "grade: %s: nothing is graded there; wants the folder of "
            "a grading\n",
            out);
    return false;
}

void graded_free(struct graded_class *class)
{
    for (int k = 0; k < class->n; k++)
        account_file_free(&class->each[k]);
    for (int k = 0; k < class->n_gaps; k++) {
        free(class->gaps[k].name);
        free(class->gaps[k].given);
        free(class->gaps[k].why);
    }
    free(class->each);
    free(class->gaps);
    *class = (struct graded_class){ 0 };
}

bool graded_write(const char *out, const char *name,
                  void (*put)(const struct graded_class *class, const char *out,
                              FILE *to))
{
    struct graded_class class;
    if (!graded_read(&class, out))
        return false;
    char *text, *path = alloc_format("%s/%s", out, name);
    size_t size;
    FILE *to = alloc_stream(&text, &size);
    put(&class, out, to);
    fclose(to);
    bool written = store_write(path, text, size);
    free(text);
    free(path);
    graded_free(&class);
    return written;
}

// ---- Questions ----

const struct graded *graded_find(const struct graded_class *class,
                                 const char *name)
{
    for (int k = 0; k < class->n; k++) {
        if (strcmp(class->each[k].name, name) == 0)
            return &class->each[k];
    }
    return NULL;
}

struct graded_gap *graded_find_gap(const struct graded_class *class,
                                   const char *name)
{
    for (int k = 0; k < class->n_gaps; k++) {
        if (strcmp(class->gaps[k].name, name) == 0)
            return &class->gaps[k];
    }
    return NULL;
}

char *graded_label(const char *name, const char *given)
{
    return given == NULL ? alloc_string(name)
                         : alloc_format("%s (%s)", given, name);
}

const struct graded_test *graded_test_of(const struct graded *graded,
                                         const char *suite, const char *name)
{
    for (int k = 0; k < graded->n_tests; k++) {
        const struct graded_test *test = &graded->tests[k];
        if (strcmp(test->suite, suite) == 0 && strcmp(test->name, name) == 0)
            return test;
    }
    return NULL;
}

bool graded_is_for_a_person(const struct graded *graded)
{
    return strcmp(graded->state, "for a person") == 0 ||
           graded->n_mismatches > 0;
}

bool graded_test_failed(const struct graded_test *test)
{
    for (int k = 0; k < test->n_layers; k++) {
        if (test->layers[k].failed > 0)
            return true;
    }
    return false;
}
