# Tries: absolute names in an archive.
# aims at: the host
# state: refused
# leaves no: @WORK@/raftlab-attack.c
mkdir -p raft
cp ./*.c ./*.h raft
echo planted > raftlab-attack.c
tar -czPf ../absolute_names.tar.gz raft --transform "s,raftlab-attack.c,$WORK/raftlab-attack.c," raftlab-attack.c
rm -rf "$PWD"
