// Tries: hands in what somebody else has handed in.
// aims at: other students
// state: not built
// never: fatal error: raft/
#include "where.h"
#include OTHER
