// Lines of the paper that several files test: the beginnings of their messages.
#ifndef TESTS_FIG2_RULES_H
#define TESTS_FIG2_RULES_H

#define ADOPT                                                                  \
    "Rules for Servers, All Servers (Figure 2, §5.1): if an RPC request or "  \
    "response contains term T > current_term, set current_term = T, convert "  \
    "to follower"

#define STARTS_ELECTION                                                        \
    "Rules for Servers, Followers and Candidates (Figure 2, §5.2): if the "   \
    "election timeout elapses, start an election: increment current_term, "    \
    "and send RequestVote RPCs to all other servers"

#define ONE_VOTE                                                               \
    "RequestVote step 2 (Figure 2, §5.2): a server votes for at most one "    \
    "candidate in a term, first come, first served"

#define HEARTBEATS                                                             \
    "Rules for Servers, Leaders (Figure 2, §5.2): repeat heartbeats during "  \
    "idle periods to prevent election timeouts"

#define SENDS                                                                  \
    "Rules for Servers, Leaders (Figure 2, §5.3): if last log index >= "      \
    "next_index for a follower, send AppendEntries with the entries from "     \
    "next_index on"

#define BACKS_UP                                                               \
    "Rules for Servers, Leaders (Figure 2, §5.3): if AppendEntries fails "    \
    "because of log inconsistency, decrement next_index and retry"

#define MAJORITY                                                               \
    "Rules for Servers, Leaders (Figure 2, §5.3): if there exists N > "       \
    "commit_index such that a majority of match_index >= N, set "              \
    "commit_index = N"

#define NEVER_CHANGES                                                          \
    "Log Matching (Figure 3, §5.3): entries with the same index and term "    \
    "store the same command, so an entry never changes"

#define MEMORY                                                                 \
    "the memory of the entry in its log has been freed or overwritten. "       \
    "`make asan` may show where"

#define COMPACTION                                                             \
    "Log compaction (§7): a snapshot takes the place of the log up to the "   \
    "last entry it covers, whose index and term stay"

#endif
