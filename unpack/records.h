// The records that the program `unpacker` writes of an archive, each followed
// by `n` bytes. The grader believes none of them.
#ifndef UNPACK_RECORDS_H
#define UNPACK_RECORDS_H

#include <stdint.h>

enum unpack_kind {
    UNPACK_FILE,    // An entry; the bytes are its path, none if it has no name
    UNPACK_FOLDER,  // that can be shown.
    UNPACK_LINK,
    UNPACK_OTHER,
    UNPACK_BYTES,      // Of an entry that was asked for.
    UNPACK_DAMAGED,    // The archive's fault. The bytes say which. The last.
    UNPACK_NOT_READY,  // This machine's fault, before the archive was opened.
    UNPACK_END,        // All has been read. The last one.
};

struct unpack_record {
    int32_t kind;
    uint32_t n;
    int64_t size;  // Of an entry, by what the archive says.
};

enum {
    UNPACK_MOST_BYTES = (1 << 20) + 1,  // Of a record; more are left out.
};

#endif
