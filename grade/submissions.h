// The submissions of a class: folders and archives. Each is unpacked to files
// with plain names, or refused in one line.
#ifndef GRADE_SUBMISSIONS_H
#define GRADE_SUBMISSIONS_H

#include "grade/digest.h"

#include <stdbool.h>

struct submission {
    char *name;     // Of [A-Za-z0-9_.-], unique in the class.
    char *given;    // Its name in the folder, if that says more; or NULL.
    char *path;     // The folder or archive.
    char *refusal;  // Why it is none, in a line with the remedy; or NULL.
};

struct submissions {
    struct submission *all;  // Sorted by name.
    int n;
};

// A name with other characters has some of their digest in `name`: it stays the
// same whoever else is in the class, and who has only such characters in his
// name is told from others.
//
// Finds every folder and archive (.tar, .tar.gz, .tgz, .tar.xz, .zip) in the
// folder. Whatever else is there has a refusal; only names that begin with a
// dot are passed over. If the folder cannot be read, n is -1 and errno is set.
struct submissions submissions_find(const char *folder);
void submissions_free(struct submissions *submissions);

// The name that staff know it by. It belongs to the submission.
const char *submission_label(const struct submission *submission);

// Copies or unpacks the submission's raft.x, *.c and *.h to the folder `into`,
// which it makes, and nothing else. They stand at the submission's top, in
// raft/, or in its only folder. Sets `digest` to what
// "LC_ALL=C sha256sum *.[chx] | sha256sum" prints there.
//   root     raftlab's folder
//   returns  NULL; or why it is refused, in a line with the remedy. The caller
//            frees it. Then `into` is not there, and `digest` is empty.
//   machine_failed  set to whether the line says what this machine could not
//            do: then the submission is not refused
//   other_header  set to whether it has a raft.h that differs from the lab's
char *submission_unpack(const struct submission *submission, const char *root,
                        const char *into, char digest[DIGEST_SIZE],
                        bool *machine_failed, bool *other_header);

#endif
