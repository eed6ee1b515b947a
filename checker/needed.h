// The fields of a raft.x's messages that the checker and the tests read. The
// compiler refuses the line of a field that raft.x lacks;
// scripts/check-messages reports it. The judge, which is not compiled with that
// raft.x, has macros of its own (judge/codecs.c).
#ifndef NEEDS_INT
#define NEEDS(message, type, field)                                            \
    _Static_assert(                                                            \
        __builtin_types_compatible_p(__typeof__(((message *)0)->field), type), \
        "")
#define NEEDS_INT(message, field)     NEEDS(message, int, field)
#define NEEDS_BOOL(message, field)    NEEDS(message, bool_t, field)
#define NEEDS_OPAQUE(message, field)  NEEDS(message, char *, field.field##_val)
#define NEEDS_ENTRIES(message, field) NEEDS(message, Entry *, field.field##_val)
#define NEEDS_CONST(name)             _Static_assert(sizeof(name) > 0, "")
#define NEEDS_NUMBER(name, number)    _Static_assert((name) == (number), "")
#endif

NEEDS_INT(Entry, index);
NEEDS_INT(Entry, term);
NEEDS_OPAQUE(Entry, command);
NEEDS_INT(RequestVoteRequest, term);
NEEDS_INT(RequestVoteRequest, candidate_id);
NEEDS_INT(RequestVoteRequest, last_log_index);
NEEDS_INT(RequestVoteRequest, last_log_term);
NEEDS_INT(RequestVoteResponse, term);
NEEDS_BOOL(RequestVoteResponse, vote_granted);
NEEDS_INT(AppendEntriesRequest, term);
NEEDS_INT(AppendEntriesRequest, leader_id);
NEEDS_INT(AppendEntriesRequest, prev_log_index);
NEEDS_INT(AppendEntriesRequest, prev_log_term);
NEEDS_INT(AppendEntriesRequest, leader_commit);
NEEDS_ENTRIES(AppendEntriesRequest, entries);
NEEDS_INT(AppendEntriesResponse, term);
NEEDS_BOOL(AppendEntriesResponse, success);
NEEDS_INT(AppendEntriesResponse, conflict_index);
NEEDS_INT(AppendEntriesResponse, conflict_term);
NEEDS_INT(InstallSnapshotRequest, term);
NEEDS_INT(InstallSnapshotRequest, leader_id);
NEEDS_INT(InstallSnapshotRequest, last_included_index);
NEEDS_INT(InstallSnapshotRequest, last_included_term);
NEEDS_OPAQUE(InstallSnapshotRequest, data);
NEEDS_INT(InstallSnapshotResponse, term);
NEEDS_INT(PersistentState, current_term);
NEEDS_INT(PersistentState, voted_for);
NEEDS_ENTRIES(PersistentState, logs);
NEEDS_CONST(MAX_COMMAND_BYTES);
NEEDS_CONST(MAX_ENTRIES);
NEEDS_CONST(MAX_SNAPSHOT_BYTES);
NEEDS_NUMBER(NO_TERM, -1);
NEEDS_NUMBER(NOBODY, -1);
