#include "grade/nearest.h"

#include <stdio.h>
#include <string.h>

// The number of letters to add, remove or change.
static int distance(const char *a, const char *b)
{
    int row[NEAREST_LONGEST + 1];
    int len = (int)strlen(b);
    if (len > NEAREST_LONGEST)
        return len;
    for (int k = 0; k <= len; k++)
        row[k] = k;
    for (; *a != '\0'; a++) {
        int corner = row[0]++;
        for (int k = 1; k <= len; k++) {
            int changed = corner + (*a != b[k - 1]);
            corner = row[k];
            int moved = (row[k] < row[k - 1] ? row[k] : row[k - 1]) + 1;
            row[k] = changed < moved ? changed : moved;
        }
    }
    return row[len];
}

void nearest_consider(struct nearest *nearest, const char *name)
{
    int far = distance(nearest->to, name);
    if (nearest->name[0] != '\0' && far >= nearest->distance)
        return;
    nearest->distance = far;
    snprintf(nearest->name, sizeof nearest->name, "%s", name);
}
