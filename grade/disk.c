#include "grade/disk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

bool disk_has_room(const char *folder)
{
    struct statvfs disk;
    if (statvfs(folder, &disk) != 0) {
        fprintf(stderr, "grade: %s: %s\n", folder, strerror(errno));
        return false;
    }
    unsigned long long mb =
        (unsigned long long)disk.f_bavail * disk.f_frsize >> 20;
    if (mb >= DISK_MB)
        return true;
    fprintf(stderr,
            "grade: %s: the disk has %llu MB left; grading wants %d at least\n",
            folder, mb, DISK_MB);
    return false;
}
