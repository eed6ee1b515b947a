// Which failures count as failures for one cause.
#include "runner/result.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

static bool are_alike(const struct result *a, const struct result *b)
{
    char *one = result_signature(a);
    char *other = result_signature(b);
    bool alike = strcmp(one, other) == 0;
    free(one);
    free(other);
    return alike;
}

static bool say_the_same(char *a, char *b)
{
    return are_alike(&(struct result){ .outcome = FAILED, .message = a },
                     &(struct result){ .outcome = FAILED, .message = b });
}

UNIT_TEST(signature, leaves_out_numbers)
{
    check(say_the_same("server 1 has -1", "server 20 has 7"));
    check(!say_the_same("server 1 has -1", "server 1 lacks -1"));
    check(say_the_same("crashed at address 0x7f3a0b10 in f (raft/a.c:3)",
                       "crashed at address 0x55cd21e8 in f (raft/a.c:3)"));
}

UNIT_TEST(signature, tells_failed_from_inconclusive)
{
    check(!are_alike(
        &(struct result){ .outcome = FAILED, .message = "no leader" },
        &(struct result){ .outcome = INCONCLUSIVE, .message = "no leader" }));
}

UNIT_TEST(signature, of_a_broken_rule_is_the_rule)
{
    check(say_the_same("Log Matching (§5.3) is broken: at 1 server 2 saves",
                       "Log Matching (§5.3) is broken: at 3 server 1 lacks"));
    check(!say_the_same("Log Matching (§5.3) is broken: at 1 server 2 saves",
                        "One Vote (§5.2) is broken: at 1 server 2 saves"));
}

// In virtual time the place is on a line of its own, in real time it is not.
UNIT_TEST(signature, of_a_hang_is_its_place)
{
    check(say_the_same("raft_start on server 1 has not returned for 5 s\n"
                       "\"S1 ticker\" waits in f (raft/a.c:3)",
                       "raft_kill on server 0 has not returned for 5 s\n"
                       "\"S0 ticker\" waits in f (raft/a.c:4)"));
    check(!say_the_same("raft_start on server 1 has not returned for 5 s\n"
                        "\"S1 ticker\" waits in f (raft/a.c:3)",
                        "raft_start on server 1 has not returned for 5 s\n"
                        "\"S1 ticker\" waits in g (raft/a.c:3)"));
    check(say_the_same("raft_start on server 1 has not returned for 5 s; "
                       "\"S1 ticker\" waits in f (raft/a.c:3)",
                       "raft_kill on server 0 has not returned for 5 s; "
                       "\"S0 ticker\" waits in f (raft/a.c:4)"));
    check(!say_the_same("raft_start on server 1 has not returned for 5 s; "
                        "\"S1 ticker\" waits in f (raft/a.c:3)",
                        "raft_start on server 1 has not returned for 5 s; "
                        "\"S1 ticker\" waits in g (raft/a.c:3)"));
}

// The message is the same for all reports of a sanitizer.
UNIT_TEST(signature, of_a_sanitizer_is_its_report)
{
    struct result one = {
        .outcome = FAILED,
        .message = "ThreadSanitizer reported an error: its report is there",
        .words = "WARNING: data race (pid=7)\n"
                 "Write of size 4 at 0x7b54 by thread T2: f raft/a.c:3\n"
                 "Previous read of size 4 by thread T1: g raft/a.c:9\n",
    };
    struct result other = one;
    other.words = "WARNING: data race (pid=9)\n"
                  "Write of size 4 at 0x9eac by thread T5: f raft/a.c:3\n"
                  "Previous read of size 4 by thread T1: h raft/b.c:1\n";
    check(are_alike(&one, &other));
    other.words = "WARNING: data race (pid=7)\n"
                  "Write of size 4 at 0x7b54 by thread T2: h raft/b.c:1\n";
    check(!are_alike(&one, &other));
}
