// The folder of a grading. Whatever stands in it is whole: a file is written
// under another name, brought to the disk and renamed.
#ifndef GRADE_STORE_H
#define GRADE_STORE_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>

// Makes the folder, and those above it. False, with errno set, if it cannot be
// made or written to.
bool store_make_folder(const char *folder);

// The file in the folder of a grading that is locked.
#define STORE_LOCK ".lock"

// Has the folder this file or folder? A link without an end counts as none.
bool store_has(const char *folder, const char *name);

// Sets `entries` to those of the folder whose names do not begin with a dot, in
// the order of their names. Returns their number; or -1, with errno set. The
// caller frees each of them, and the array.
int store_list(const char *folder, struct dirent ***entries);

// Keeps others from grading in this folder until this program ends, however it
// ends.
//   only     names of submissions, ended by NULL: others may grade others by
//            name there at the same time; NULL: nobody else grades there
//   returns  NULL; or why it cannot be, in a line that the caller frees
char *store_lock(const char *folder, const char *const *only);

// Writes a file whole, or leaves the old one. When it returns true, the file is
// on the disk. False, with errno set and a line on stderr, if it cannot be
// written.
bool store_write(const char *path, const void *bytes, size_t size);

// Reads a file. Returns NULL, with errno set, if it cannot be read, or has more
// than `most` bytes (EFBIG). The caller frees the bytes, after which stands a
// 0.
char *store_read(const char *path, size_t most, size_t *size);

// Puts the folder `new` in the place of the folder `path`, at once, and removes
// the old one. False, with errno set and a line on stderr, if it cannot
// be.
bool store_replace(const char *new, const char *path);

// Removes a folder with all that is in it, whatever its permissions. False,
// with a line on stderr, if something is left.
bool store_remove(const char *folder);

#endif
