# Tries: absolute names in an archive.
# aims at: the host
# state: refused
# leaves no: @WORK@/planted.c
# wall: names
mkdir -p raft
cp ./*.c ./*.h raft
echo planted > planted.c
tar -czPf ../absolute_names.tar.gz raft --transform "s,planted.c,$WORK/planted.c," planted.c
rm -rf "$PWD"
