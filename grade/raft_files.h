// The files of a Raft that is handed in: which they are, and what is refused.
// It needs no library, so that `make handin` asks the same code as the grader.
#ifndef GRADE_RAFT_FILES_H
#define GRADE_RAFT_FILES_H

#include <stdbool.h>
#include <stddef.h>

enum {
    RAFT_FILES_MOST = 100,
    RAFT_FILE_MOST_KB = 1024,
    RAFT_FILES_MOST_KB = 4096,
};

struct raft_file {
    char *name;
    char *bytes;
    size_t size;
};

struct raft_files {
    struct raft_file all[RAFT_FILES_MOST];  // Sorted by name when complete.
    int n;
    size_t size;
    // A raft.h that was handed in, which is not among the files: the lab's
    // counts, as in make handin. bytes is NULL if there is none.
    struct raft_file header;
    // Set if a function has failed through no fault of the submission: it can
    // be another at the next try.
    bool machine_failed;
};

void raft_files_free(struct raft_files *files);

// Is this errno of a read one that no submission causes?
bool raft_files_is_of_the_machine(int error);

// Each function below returns NULL, or why the submission is refused, in a line
// with the remedy, which the caller frees.

// Reads the Raft in a folder.
char *raft_files_read(const char *folder, struct raft_files *files);

// Writes the files to a folder, which it makes. If it cannot, the machine has
// failed.
char *raft_files_write(struct raft_files *files, const char *folder);

// ---- For other forms of submissions ----

enum raft_kind { RAFT_FILE, RAFT_FOLDER, RAFT_LINK, RAFT_OTHER };

// The entries of a submission: relative paths, without "./".
struct raft_listing {
    struct raft_entry {
        char *path;
        enum raft_kind kind;
    } * all;
    int n;
    bool machine_failed;  // As in raft_files.
};

char *raft_listing_add(struct raft_listing *listing, const char *path,
                       enum raft_kind kind);
void raft_listing_free(struct raft_listing *listing);

// Finds the folder with the Raft: raft/, the top, or the same in the only
// folder. Sets *folder to its path, "" or "a/raft/", which the caller frees.
// Checks the names and kinds of what is in it.
char *raft_listing_choose(const struct raft_listing *listing, char **folder);

// Returns the name if the path is that of a file in the folder which is the
// Raft's; else NULL.
const char *raft_files_name(const char *folder, const char *path);

// Adds a file. Takes the bytes over, which free() frees.
char *raft_files_add(struct raft_files *files, const char *name, char *bytes,
                     size_t size);
char *raft_files_too_large(const char *name);

// Sorts the files.
void raft_files_finish(struct raft_files *files);

#endif
