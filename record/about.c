// Which Raft this program is linked with: RAFT and RAFT_DIGEST come from the
// Makefile.
#include "record/internal.h"

#ifndef RAFT_DIGEST  // For what reads compile_commands.json.
#define RAFT        ""
#define RAFT_DIGEST ""
#endif

const char about_raft[] = RAFT;
const char about_digest[] = RAFT_DIGEST;
