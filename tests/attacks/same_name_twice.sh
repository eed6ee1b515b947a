# Tries: an archive with two files of one
# name: one to be looked at, one to be built.
# aims at: the build
# state: refused
mkdir -p raft
cp ./*.c ./*.h raft
tar -cf ../same_name_twice.tar raft
echo '#include "/etc/passwd"' >> raft/raft.c
tar -rf ../same_name_twice.tar raft/raft.c
rm -rf "$PWD"
