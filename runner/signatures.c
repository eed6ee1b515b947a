#include "runner/signatures.h"

#include "rt/alloc.h"

#include <stdlib.h>
#include <string.h>

static int add(struct signatures *signatures, char *signature)
{
    if (signatures->n == signatures->room) {
        signatures->room = 2 * signatures->room + 16;
        signatures->each =
            alloc_resize(signatures->each, (size_t)signatures->room,
                         sizeof(*signatures->each));
    }
    signatures->each[signatures->n] = signature;
    return signatures->n++;
}

int signatures_number(struct signatures *signatures, char *signature)
{
    for (int i = 0; i < signatures->n; i++) {
        if (strcmp(signatures->each[i], signature) != 0)
            continue;
        free(signature);
        return i;
    }
    return add(signatures, signature);
}

void signatures_free(struct signatures *signatures)
{
    for (int i = 0; i < signatures->n; i++)
        free(signatures->each[i]);
    free(signatures->each);
    *signatures = (struct signatures){ 0 };
}
