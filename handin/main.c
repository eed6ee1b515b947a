// Copies the files of a Raft that are handed in to a new folder, or says in a
// line why the grader would refuse them.
#include "grade/raft_files.h"
#include "rt/bad_input.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    if (argc != 3)
        bad_input("raftlab", "usage: handin_files RAFT NEW_FOLDER");
    static struct raft_files files;
    char *why = raft_files_read(argv[1], &files);
    if (why == NULL)
        why = raft_files_write(&files, argv[2]);
    if (why != NULL)
        bad_input("raftlab", "%s: %s", argv[1], why);
    raft_files_free(&files);
    return EXIT_SUCCESS;
}
