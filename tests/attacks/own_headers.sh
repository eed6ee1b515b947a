# Tries: headers named as the lab's and as libc's, and a raft.h of its own.
# aims at: the build
# state: graded
# says: its raft.h differs
for header in stdio.h alloc.h raft_x.h verdict.h tester_x.h raft.h; do
    echo '#define TEST_FAILED TEST_PASSED' > "$header"
done
mkdir rt raft tester
cp stdio.h rt/alloc.h
cp stdio.h raft/raft.h
cp stdio.h tester/verdict.h
