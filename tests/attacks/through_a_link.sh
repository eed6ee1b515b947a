# Tries: an archive first makes a link that leads out, then a file behind
# it.
# aims at: the host
# state: refused
# leaves no: @WORK@/planted.c
# wall: kinds of files
mkdir -p raft
cp ./*.c ./*.h raft
ln -s "$WORK" raft/out
echo planted > planted.c
tar -czPf ../through_a_link.tar.gz raft --transform 's,planted.c,raft/out/planted.c,' planted.c
rm -rf "$PWD"
