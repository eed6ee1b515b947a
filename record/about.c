// Which Raft this program is linked with: RAFT and RAFT_DIGEST come from the
// Makefile.
#include "record/internal.h"

const char about_raft[] = RAFT;
const char about_digest[] = RAFT_DIGEST;
