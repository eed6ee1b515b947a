// The file in which a hunt notes each run that has ended, so that it can go on
// later, and journals can be joined.
//
// It is text, a line a run. Each line ends with its checksum, and is written by
// one write(2): whatever ends the program, only runs that went on are lost. On
// a full disk the file stays as it was. When it has grown, it is written anew,
// with ranges of runs that passed, and replaces the old one whole. So wherever
// it is cut or damaged, runs are lost; none that failed counts as passed.
#ifndef RUNNER_JOURNAL_H
#define RUNNER_JOURNAL_H

#include "runner/findings.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct journal {
    char *path;
    uint64_t build;
    int fd;
    off_t size;
    off_t limit;  // If the file is larger, it is written anew.
};

// A number of this very program, the Raft that it is linked with included:
// only there a seed means the same run.
uint64_t journal_build(void);

// Opens the journal, or begins it, and reads its runs into the findings. Ends
// the program with a line and EXIT_BAD_INPUT if that cannot be, if the journal
// is of another build, or if another hunt writes to it.
void journal_open(struct journal *journal, const char *path,
                  struct findings *findings);

// Reads another journal, of the same build, into the findings, or ends the
// program likewise.
void journal_read(const char *path, struct findings *findings);

// Writes the findings, which it settles, as the journal. False, with errno set,
// if that fails; then the old one is there.
bool journal_rewrite(struct journal *journal, struct findings *findings);

// Notes a run that has ended, which the findings have already. May settle them.
//   failure  of the run; NULL if it has passed
//   is_new   it is the first of its group
//   returns  false, with errno set, if it could not be written
bool journal_add(struct journal *journal, struct findings *findings,
                 struct hunted run, int64_t cost, const struct failure *failure,
                 bool is_new);

void journal_close(struct journal *journal);

#endif
