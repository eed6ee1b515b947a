# Tries: an archive that ends in the middle of a file.
# aims at: the grader
# state: refused
mkdir -p raft
cp ./*.c ./*.h raft
tar -cf - raft | head -c 3000 > ../cut_archive.tar
rm -rf "$PWD"
