# Tries: an archive with a device in place of a source.
# aims at: the grader
# state: refused
mkdir -p raft
cp ./*.c ./*.h raft
tar -cPf ../device_in_archive.tar --transform 's,.*/zero,raft/zero.c,' raft /dev/zero
rm -rf "$PWD"
