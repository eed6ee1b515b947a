#include "rt/processors.h"

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

int processors_count(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return CPU_COUNT(&set);
    return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

// The quota of this process's control group; 0 if there is none. In a container
// the group is the topmost one that is to be seen.
static double read_quota(void)
{
    char group[300] = "", path[400];
    double quota_us = 0, period_us = 0;
    FILE *file = fopen("/proc/self/cgroup", "re");
    if (file == NULL)
        return 0;
    while (fgets(path, sizeof path, file) != NULL &&
           sscanf(path, "0::%299[^\n]", group) != 1)
        ;
    fclose(file);

    snprintf(path, sizeof path, "/sys/fs/cgroup%s/cpu.max", group);
    file = fopen(path, "re");
    if (file == NULL)
        return 0;
    bool has_quota = fscanf(file, "%lf %lf", &quota_us, &period_us) == 2;
    fclose(file);
    return has_quota && period_us > 0 ? quota_us / period_us : 0;
}

double processors_usable(void)
{
    double count = processors_count(), quota = read_quota();
    return quota > 0 && quota < count ? quota : count;
}
