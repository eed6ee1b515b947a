// Measures how long the threads of a process wait for a processor. An RPC has
// many such waits, so a server may be late when the watchdog's short sleeps are
// not.
//
// A Raft that is busy itself makes its threads wait, which is its own fault.
// But then it uses much of what the processors can do: see
// processor_waits_are_its_own.
#ifndef TESTER_PROCESSOR_WAITS_H
#define TESTER_PROCESSOR_WAITS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct processor_waits;

// The waits of a process's threads, as far as they are known.
struct processor_waits *processor_waits_make(void);
void processor_waits_free(struct processor_waits *waits);

// How long one of the process's threads has had to wait for a processor since
// the last call, of all the longest. The system looks for the files that this
// reads when a thread ends, so that its end costs much more.
int64_t processor_waits_longest_ns(struct processor_waits *waits, pid_t pid);

// The processor time that the process has used. To be called before it is
// killed, too: later there is nobody to ask.
int64_t processor_waits_cpu_ns(struct processor_waits *waits, pid_t pid);

// That of all processes whose waits are freed.
int64_t processor_waits_ended_cpu_ns(void);

// Has a test that has used so much processor time in this time made its threads
// wait itself?
bool processor_waits_are_its_own(int64_t cpu_ns, int64_t elapsed_ns);

// For a test whose servers are threads of this process: if it fails, its
// verdict notes how long they have had to wait. To be called when it starts.
void processor_waits_note_own(void);

#endif
