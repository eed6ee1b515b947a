// The name that was meant: the one that is most like a name that is none.
#ifndef GRADE_NEAREST_H
#define GRADE_NEAREST_H

#define NEAREST_LONGEST 200  // Bytes of a name.

struct nearest {
    const char *to;
    char name[NEAREST_LONGEST + 1];  // Empty before any was considered.
    int distance;                    // Letters to add, remove or change.
};

// Takes the name if none before was so like `to`.
void nearest_consider(struct nearest *nearest, const char *name);

#endif
