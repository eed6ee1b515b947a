// The messages of a student's raft.x.
#ifndef JUDGE_MESSAGES_H
#define JUDGE_MESSAGES_H

// Reads the raft.x, and sets the layout of all messages. Called before any is
// encoded or decoded. Returns NULL; or what is wrong, in a line that begins
// with the path and that the caller frees.
char *messages_set(const char *path);

#endif
