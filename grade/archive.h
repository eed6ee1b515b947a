// Reads a Raft from an archive, by libarchive.
#ifndef GRADE_ARCHIVE_H
#define GRADE_ARCHIVE_H

#include "grade/raft_files.h"

// As raft_files_read.
char *archive_read_raft(const char *path, struct raft_files *files);

// Returns the length of the name without the ending of an archive; 0 if it is
// no archive's name.
size_t archive_stem(const char *name);

#endif
