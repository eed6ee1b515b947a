# Tries: an archive with a hard link to the secret in place of a source.
# aims at: the build
# state: refused
mkdir -p raft
cp ./*.c ./*.h raft
ln "$SECRET" raft/secret.h
tar -cPf ../hard_link.tar "$SECRET" --transform "s,.*/secret.h,raft/secret.h," raft
rm -rf "$PWD"
