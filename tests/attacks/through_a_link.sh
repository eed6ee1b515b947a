# Tries: an archive first makes a link that leads out, then a file behind
# it.
# aims at: the host
# state: refused
# leaves no: @WORK@/raftlab-attack.c
mkdir -p raft
cp ./*.c ./*.h raft
ln -s "$WORK" raft/out
echo planted > raftlab-attack.c
tar -czPf ../through_a_link.tar.gz raft --transform 's,raftlab-attack.c,raft/out/raftlab-attack.c,' raftlab-attack.c
rm -rf "$PWD"
