#include "rt/oom.h"

#include <stdio.h>

long long oom_kills(void)
{
    long long n = 0;
    char line[200];
    FILE *file = fopen("/proc/vmstat", "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL &&
           sscanf(line, "oom_kill %lld", &n) != 1)
        ;
    if (file != NULL)
        fclose(file);
    return n;
}
