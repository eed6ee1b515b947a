// The Raft that this program is linked with. The Makefile defines RAFT and
// RAFT_DIGEST.
#include "record/internal.h"

#ifndef RAFT_DIGEST  // isolab is linked with no Raft.
#define RAFT        ""
#define RAFT_DIGEST ""
#endif

const char *about_raft = RAFT;
const char *about_digest = RAFT_DIGEST;
