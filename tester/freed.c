#include "tester/freed.h"

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

// glibc's layout: a piece has a multiple of 16 bytes. Its size, and three bits
// about it, are in the 8 bytes below it, which count as its own.
#define UNIT    16
#define HEADER  8
#define IN_USE  1  // The piece before it is; otherwise 0.
#define LARGEST 1040
#define N_SIZES (LARGEST / UNIT + 1)

struct piece {
    struct piece *next;
    const void *mark;  // &kept: the piece is probably kept.
};

static bool keeps;
static struct piece *kept[N_SIZES];  // By their sizes, in units.

void freed_keep(void)
{
    keeps = true;
}

void *freed_take(size_t size)
{
    if (!keeps || size > LARGEST - HEADER)
        return NULL;
    size_t units = (size + HEADER + UNIT - 1) / UNIT;
    struct piece **list = &kept[units > 2 ? units : 2];
    struct piece *piece = *list;
    if (piece == NULL)
        return NULL;
    *list = piece->next;
    piece->mark = NULL;
    return piece;
}

// Ends the process, in libc's words, if the piece is in the list.
static void check_not_in(const struct piece *list, const struct piece *piece)
{
    static const char message[] = "free(): double free detected\n";
    while (list != NULL && list != piece)
        list = list->next;
    if (list == NULL)
        return;
    ssize_t written = write(STDERR_FILENO, message, sizeof message - 1);
    (void)written;
    abort();
}

bool freed_put(void *memory)
{
    if (!keeps || memory == NULL || (uintptr_t)memory % UNIT != 0)
        return false;
    size_t size = ((const size_t *)memory)[-1] & ~(size_t)IN_USE;
    if (size > LARGEST || size < 2 * (size_t)UNIT || size % UNIT != 0)
        return false;
    struct piece *piece = memory, **list = &kept[size / UNIT];
    if (piece->mark == kept)
        check_not_in(*list, piece);
    *piece = (struct piece){ *list, kept };
    *list = piece;
    return true;
}
