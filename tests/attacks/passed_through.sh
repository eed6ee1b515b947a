# Tries: lines of raft.x that rpcgen passes through to C and to the
# preprocessor.
# aims at: the build
# state: not built
# never: root:x:
cat >> raft.x << 'END'
%#ifndef EARLY
%#define EARLY
%__attribute__((constructor)) static void early(void) { _exit(0); }
%#endif
END
