// Tries: options of the sanitizers' libraries, by functions that they look
// for: no report fails the run, and what there is goes to a file elsewhere.
// aims at: the verdict
// state: not built
// leaves no: @OUT@/raftlab-attack-planted.1
#include "stub.h"

const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "exitcode=0:halt_on_error=0:log_path=" OUT "/raftlab-attack-planted";
}
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "exitcode=0:report_bugs=0:log_path=" OUT "/raftlab-attack-planted";
}
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:*\n";
}

static void attack(struct raft *rf)
{
    char *lost = malloc(100);
    lost[rf->me] = 1;
    stopped();
}
