// The processors that this process may use.
#ifndef RT_PROCESSORS_H
#define RT_PROCESSORS_H

// How many processors the process may run on (taskset, a control group's
// cpuset).
int processors_count(void);

// How much processor time the process may use, in processors: fewer than their
// number if its control group has a quota (cpu.max), as in many containers.
double processors_usable(void);

#endif
