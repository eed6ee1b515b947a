// A grading: all that its submissions have in common.
#ifndef GRADE_GRADING_H
#define GRADE_GRADING_H

#include "grade/digest.h"
#include "grade/points.h"
#include "grade/request.h"
#include "grade/secret.h"

struct grading {
    const struct request *request;
    struct points points;
    char points_digest[SECRET_DIGEST];
    struct secret secret;
    char *raftlab;  // A digest of the sources that decide about scores.
    char lab_files[DIGEST_SIZE];  // As they were when it began.
    char *compiler;               // Such as "gcc 12.2.0".
    char *kernel;
    int cpus;
    char *work;  // The folder for submissions under way, in request->out.
};

// Reads the points and the secret, makes and locks request->out. Ends the
// program with a line if one of them cannot be used. It lives to the end of the
// program.
struct grading grading_begin(const struct request *request);

#endif
