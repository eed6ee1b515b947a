# Tries: an archive of a few kilobytes that unpacks to four gigabytes.
# aims at: the grader
# state: refused
# says: unpacked it is larger than
mkdir -p raft
cp ./*.c ./*.h raft
truncate -s 4G raft/much.c
tar -cf - raft/much.c 2> /dev/null | head -c 512 > head.tar || true
head -c 64M /dev/zero | gzip -1 > zeros.gz
{
    tar -b 1 -cf - raft/raft.c raft/stub.h raft/where.h | head -c -1024 | gzip
    gzip < head.tar
    for ((k = 0; k < 64; k++)); do cat zeros.gz; done
} > ../unpacks_to_much.tar.gz
rm -rf "$PWD"
