// Kills by the system because memory ran out. Any signal SIGKILL looks the same
// to a parent; this count tells.
#ifndef RT_OOM_H
#define RT_OOM_H

// How many processes the system has killed since it began, in a control group
// or in the whole machine; 0 if unknown. Not all of them need be this
// program's.
long long oom_kills(void);

#endif
