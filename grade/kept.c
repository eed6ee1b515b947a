#include "grade/kept.h"

#include "grade/account.h"
#include "grade/graded.h"
#include "grade/roll.h"
#include "grade/room.h"
#include "grade/store.h"
#include "rt/alloc.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Has the account this text there, or both none?
static bool is_text(const json_t *account, const char *key, const char *text)
{
    const char *there = json_string_value(json_object_get(account, key));
    if (there == NULL || text == NULL)
        return there == text;
    return strcmp(there, text) == 0;
}

static const char *const *all_parts(void)
{
    static const char *all[KNOWN_PARTS + 1];
    for (int k = 0; k < KNOWN_PARTS; k++)
        all[k] = known_parts[k];
    return all;
}

static bool are_parts(const json_t *account, const char *const *parts)
{
    const json_t *list = json_object_get(account, "parts");
    if (parts == NULL)
        parts = all_parts();
    size_t n = 0;
    for (; parts[n] != NULL; n++) {
        const char *part = json_string_value(json_array_get(list, n));
        if (part == NULL || strcmp(part, parts[n]) != 0)
            return false;
    }
    return json_array_size(list) == n;
}

// Was it graded with limits alone, though there can be a sandbox?
static bool lacked_a_sandbox(const json_t *account)
{
    const char *confined =
        json_string_value(json_object_get(account, "confined"));
    return confined != NULL && sandbox_was_missing(confined) &&
           sandbox_missing() == NULL;
}

static bool is_of(const json_t *account, const struct submission *submission,
                  const char *digest, const char *reason)
{
    return is_text(account, "handed_in_as", submission->given) &&
           is_text(account, "digest", digest) &&
           (*digest != '\0' || is_text(account, "reason", reason));
}

static bool is_as_now(const json_t *account, const struct grading *grading)
{
    return is_text(account, "raftlab", grading->raftlab) &&
           is_text(account, "points", grading->points_digest) &&
           is_text(account, "secret", grading->secret.id) &&
           are_parts(account, (const char *const *)grading->request->parts) &&
           !lacked_a_sandbox(account);
}

static char *file_of(const struct grading *grading,
                     const struct submission *submission, const char *file)
{
    return alloc_format("%s/%s/%s", grading->request->out, submission->name,
                        file);
}

bool kept_is_graded(const struct grading *grading,
                    const struct submission *submission, const char *digest,
                    const char *reason)
{
    char *path = file_of(grading, submission, GRADED_ACCOUNT);
    size_t size;
    char *text = store_read(path, ACCOUNT_MOST_BYTES, &size);
    free(path);
    if (text == NULL)
        return false;
    json_t *account = json_loadb(text, size, 0, NULL);
    bool kept = account != NULL && is_as_now(account, grading) &&
                (digest == NULL || is_of(account, submission, digest, reason));
    json_decref(account);
    free(text);
    return kept;
}

void kept_set_earlier(const struct grading *grading,
                      const struct submission *submission, bool is_earlier)
{
    char *account = file_of(grading, submission, GRADED_ACCOUNT);
    char *mark = file_of(grading, submission, GRADED_EARLIER);
    if (!is_earlier && unlink(mark) != 0 && errno != ENOENT && errno != ENOTDIR)
        fprintf(stderr, "grade: %s cannot be removed: %s\n", mark,
                strerror(errno));
    if (is_earlier && access(account, F_OK) == 0 && access(mark, F_OK) != 0)
        store_write(mark, "", 0);
    free(account);
    free(mark);
}

void kept_set_gone(const struct grading *grading,
                   const struct submissions *submissions)
{
    struct dirent **entries;
    int n = store_list(grading->request->out, &entries);
    for (int k = 0; k < n; k++) {
        struct submission gone = { .name = entries[k]->d_name };
        if (!roll_has(submissions, gone.name))
            kept_set_earlier(grading, &gone,
                             !kept_is_graded(grading, &gone, NULL, NULL));
        free(entries[k]);
    }
    if (n >= 0)
        free((void *)entries);
}
