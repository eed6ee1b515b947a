// Builds a submission, confined.
#ifndef GRADE_BUILD_H
#define GRADE_BUILD_H

#include <stdbool.h>

// The products of a build.
enum {
    BUILD_OBJECT = 1,     // raft.so, which isolab's servers load.
    BUILD_SIMULATOR = 2,  // simlab and shrink
    BUILD_TSAN = 4,       // simlab-tsan
    BUILD_ASAN = 8,       // simlab-asan
    BUILD_ALL = 15,
};

struct build {
    bool ok;
    bool ran;  // False if the machine could not run the build: that is not the
               // submission's fault. `message` says why.
    // The compiler's words, or what else is wrong; also the warnings of a
    // build that is ok. The caller frees it.
    char *message;
    double seconds, cpu_s;
    const char *fallback;  // As in struct end_of_command.
};

// Builds the Raft in the folder `source`, as submission_unpack made it, to
// the folder `folder`, which is made. The current folder is raftlab's,
// where `make grade-parts` has built what is not the submission's. One build
// neither reads nor changes what another one wrote.
//   products  of BUILD_...
struct build build_submission(const char *source, const char *folder,
                              unsigned products);

#endif
