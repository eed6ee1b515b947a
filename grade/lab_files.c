// Staff may run make clean, or make another version of the lab, while a class
// is graded. A submission that is built meanwhile lacks files, through no fault
// of its own.
#include "grade/lab_files.h"

#include "grade/places.h"
#include "rt/alloc.h"

#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static FILE *list;  // For nftw, which hands nothing on to its function.

// A file that is made again is another one, or has another date.
static void add(const char *path, const struct stat *info)
{
    fprintf(list, "%s %ju %jd %jd.%09ld\n", path, (uintmax_t)info->st_ino,
            (intmax_t)info->st_size, (intmax_t)info->st_mtim.tv_sec,
            info->st_mtim.tv_nsec);
}

static void add_file(const char *path)
{
    struct stat info = { 0 };
    stat(path, &info);
    add(path, &info);
}

static int add_found(const char *path, const struct stat *info, int type,
                     struct FTW *at)
{
    (void)at;
    if (type == FTW_F)
        add(path, info);
    return 0;
}

void lab_files_digest(char digest[DIGEST_SIZE])
{
    char *text;
    size_t size;
    list = alloc_stream(&text, &size);
    nftw(PLACE_HEADERS, add_found, 16, FTW_PHYS);
    nftw("scripts", add_found, 16, FTW_PHYS);
    nftw("build/plain/linked", add_found, 16, FTW_PHYS);
    nftw("build/tsan/linked", add_found, 16, FTW_PHYS);
    nftw("build/asan/linked", add_found, 16, FTW_PHYS);
    add_file(PLACE_CHECK_LAYOUT);
    add_file(PLACE_ISOLAB);
    add_file(PLACE_PEER);
    add_file(PLACE_UNPACKER);
    add_file(PLACE_VIEW);
    fclose(list);
    digest_of(text, size, digest);
    free(text);
}
