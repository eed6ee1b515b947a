// Runs one command where it can harm nobody: in a sandbox of bubblewrap, with
// limits of time, memory, processes and output. Nothing of it outlives the
// call.
#ifndef GRADE_CONFINE_H
#define GRADE_CONFINE_H

#include <stdbool.h>

struct confinement {
    // The command can read these paths, each at its own place, or "from:to".
    // The list ends with NULL; NULL is an empty list. /usr, the libraries and
    // what gcc needs are always there; nothing else is.
    const char *const *readable;
    // Folders, in the same form, which the command finds empty. The files that
    // it leaves there are copied out when all of its processes are dead, and
    // replace those of the same names. Links, devices and odd names stay
    // behind. It can write to nothing else, except to a small /tmp. Until they
    // are copied, they stand in memory.
    const char *const *writable;
    const char *folder;  // Its working folder; NULL: "/".
    int wall_s, cpu_s;
    int still_s;     // So long it may do nothing but wait; 0: for ever.
    long memory_mb;  // Of all its processes, and of what it has written.
    int processes;   // At the same time.
    long file_mb;    // The largest file, and what it writes in sum.
    long output_kb;  // Of stdout and stderr together. The rest is dropped.
    // May make namespaces of its own, and ends its own processes that stop, as
    // isolab does.
    bool makes_rooms;
};

enum end {
    END_EXITED,       // With `status`.
    END_SIGNALLED,    // By the signal `status`.
    END_TIME,         // More than wall_s, or than cpu_s.
    END_MEMORY,       // More than memory_mb.
    END_STOPPED,      // A process of it was stopped by a signal, for seconds.
    END_STILL,        // Its processes waited, and did nothing, for still_s.
    END_PROCESSES,    // More than `processes`.
    END_DISK,         // More than file_mb.
    END_NOT_STARTED,  // Or not finished, by this machine; `output` says why.
};

struct end_of_command {
    enum end end;
    int status;
    double seconds, cpu_s;
    // At most looks a process of it was ready to run: so if it used little of
    // the processor, it had to wait for others.
    bool was_ready;
    long memory_mb;  // The most that was seen.
    // It failed by itself while the system killed some process because memory
    // ran out: the failure proves nothing.
    bool memory_ran_out;
    char *output;  // A text without control characters; the caller frees it.
    // A line: the confinement that this machine could not give; NULL if it was
    // confined as it should be. Not to be freed.
    const char *fallback;
};

// Runs argv[0], a path inside the sandbox or a name in /usr/bin. Blocks until
// all of its processes are dead. Threads of this process may call it at the
// same time. It needs SIGCHLD not to be ignored.
struct end_of_command confine_run(const struct confinement *confinement,
                                  char *const argv[]);

// Says how a command ended, for a report: "took more than 60 s". The caller
// frees the text.
char *confine_end_text(const struct confinement *confinement,
                       const struct end_of_command *end);

#endif
