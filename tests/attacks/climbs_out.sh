# Tries: names with .. in an archive, which lead out of the folder that it
# is unpacked to.
# aims at: other students
# state: refused
# leaves no: @WORK@/raftlab-attack.c
# leaves no: @SUBS@/raftlab-attack.c
mkdir -p raft
cp ./*.c ./*.h raft
echo planted > raftlab-attack.c
tar -czPf ../climbs_out.tar.gz raft \
    --transform 's,raftlab-attack.c,raft/../../raftlab-attack.c,' raftlab-attack.c
rm -rf "$PWD"
