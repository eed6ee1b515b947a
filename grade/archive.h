// Reads a Raft from an archive.
#ifndef GRADE_ARCHIVE_H
#define GRADE_ARCHIVE_H

#include "grade/raft_files.h"

// As raft_files_read.
//   program  the path of `unpacker`, which reads the archive, confined. It is
//            not believed: it may be in the archive's power.
char *archive_read_raft(const char *path, const char *program,
                        struct raft_files *files);

// Returns the length of the name without the ending of an archive; 0 if it is
// no archive's name.
size_t archive_stem(const char *name);

#endif
