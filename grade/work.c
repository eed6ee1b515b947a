#include "grade/work.h"

#include "grade/store.h"
#include "rt/alloc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool make_folders(const struct work *work)
{
    bool made =
        store_make_folder(work->folder) && store_make_folder(work->results);
    for (int layer = 0; layer < N_LAYERS; layer++)
        made = made && store_make_folder(work->logs[layer]);
    if (!made)
        fprintf(stderr, "grade: %s cannot be made: %s\n", work->folder,
                strerror(errno));
    return made;
}

bool work_begin(struct work *work, const char *folder, const char *name)
{
    char *parent = realpath(folder, NULL);
    *work = (struct work){ .root = realpath(".", NULL) };
    if (parent == NULL || work->root == NULL) {
        fprintf(stderr, "grade: %s: %s\n", folder, strerror(errno));
        free(parent);
        return false;
    }
    work->folder = alloc_format("%s/%s", parent, name);
    work->source = alloc_format("%s/source", work->folder);
    work->build = alloc_format("%s/build", work->folder);
    work->results = alloc_format("%s/results", work->folder);
    for (int layer = 0; layer < N_LAYERS; layer++)
        work->logs[layer] =
            alloc_format("%s/%s", work->folder, layer_word((enum layer)layer));
    free(parent);
    return store_remove(work->folder) && make_folders(work);
}

void work_end(struct work *work)
{
    if (work->folder != NULL)
        store_remove(work->folder);
    free(work->folder);
    free(work->source);
    free(work->build);
    free(work->results);
    free(work->root);
    for (int layer = 0; layer < N_LAYERS; layer++)
        free(work->logs[layer]);
}

char *work_call(const struct work *work, enum layer layer, int call)
{
    return alloc_format("%s/%d", work->logs[layer], call);
}
