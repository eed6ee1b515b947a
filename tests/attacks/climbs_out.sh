# Tries: names with .. in an archive, which lead out of the folder that it
# is unpacked to.
# aims at: other students
# state: refused
# leaves no: @WORK@/planted.c
# leaves no: @SUBS@/planted.c
# wall: names
mkdir -p raft
cp ./*.c ./*.h raft
echo planted > planted.c
tar -czPf ../climbs_out.tar.gz raft \
    --transform 's,planted.c,raft/../../planted.c,' planted.c
rm -rf "$PWD"
