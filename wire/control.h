// The messages between the judge and the zygote of the lives. They go over a
// socket pair of kind SOCK_SEQPACKET.
#ifndef WIRE_CONTROL_H
#define WIRE_CONTROL_H

// The zygote's end of the pair.
#define CONTROL_FD 3

#define CONTROL_FDS 2

// A life is known by the number that the judge gave it.
enum control_kind {
    CONTROL_BEGIN,  // Clone a life; its sockets come along: one for frames,
                    // one for what it prints.
    CONTROL_KILL,   // Kill it.
};

struct control_order {
    enum control_kind kind;
    int number;
};

// The zygote reports each life that has ended, however it did. Its first report
// has this number, and 0, or the errno that says why it has no namespaces.
#define CONTROL_READY (-1)

struct control_report {
    int number;
    int wait_status;
};

#endif
