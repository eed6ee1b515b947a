// The places of raftlab's own programs, from its folder. `make grade-parts`
// builds them.
#ifndef GRADE_PLACES_H
#define GRADE_PLACES_H

#define PLACE_HEADERS      "build/headers"
#define PLACE_ISOLAB       "build/plain/isolab"
#define PLACE_PEER         "build/plain/raft-peer"
#define PLACE_UNPACKER     "build/plain/unpacker"
#define PLACE_VIEW         "build/plain/view"
#define PLACE_CHECK_LAYOUT "build/plain/check_layout"
#define PLACE_PAGE         "page"
#define PLACE_LAYOUT       "raft/raft.x"  // The given messages.
#define PLACE_HEADER       "raft/raft.h"

#endif
