// Room on the disk: where there is too little, what runs of a Raft leave behind
// is cut short, and would be taken for its fault.
#ifndef GRADE_DISK_H
#define GRADE_DISK_H

#include <stdbool.h>

#define DISK_MB 256  // Of these at least.

// Is there room in the folder? If not, says so in a line.
bool disk_has_room(const char *folder);

#endif
