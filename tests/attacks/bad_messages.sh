# Tries: a constant of raft.x is named false, which rpcgen makes a macro.
# aims at: the judge
# state: any
# wall: none
cat >> raft.x << 'END'
const false = 1;
const NULL = 5;
const TEST_FAILED = 1;
END
