// The codecs of raft.x's messages in the judge: xdr_RequestVoteRequest() and so
// on, which elsewhere rpcgen makes. Here the bytes have a student's layout. The
// struct has the given fields, which are found by their names; those of the
// student's own stay bytes. In a message that was not decoded they are empty.
#ifndef JUDGE_CODECS_H
#define JUDGE_CODECS_H

#include "judge/layout.h"

// Sets the layout of all messages. Called before any is encoded or decoded; the
// layout must stay. Returns NULL, or what the layout lacks, which
// the caller frees.
char *codecs_set(const struct layout *layout);

#endif
