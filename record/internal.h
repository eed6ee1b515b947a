// Shared by the files of the record: the memory, and the form of a kept event.
#ifndef RECORD_INTERNAL_H
#define RECORD_INTERNAL_H

#include "record/record.h"

#include "record/json.h"
#include "rt/unseen.h"

#include <stdatomic.h>
#include <stdint.h>

// An event in the memory. Its text follows: the fields of its JSON object, from
// "event" on.
struct kept {
    uint32_t magic;  // KEPT_MAGIC
    uint32_t size;   // Of the text.
    uint64_t number;
    double ms;
    int thread;             // The system's id.
    int holder;             // Of the thread that this one waits for; or 0.
    uint32_t is_of_thread;  // It tells a turn, a wait or a lock.
    uint32_t sum;           // See kept_sum.
};
#define KEPT_MAGIC   0x52414654u
#define MEMORY_MAGIC UINT64_C(0x5241465452414654)

// The longest text. A request with 64 entries takes half of it.
#define MAX_TEXT (1 << 16)

// The memory that the run's process shares with its parent. Bytes are counted
// from the first one ever kept: byte k is at ring[k % size].
struct memory {
    uint64_t magic;  // MEMORY_MAGIC
    struct unseen_lock lock;

    // Guarded by the lock. The parent reads them when the process has ended.
    _Atomic uint64_t head;  // The beginning of the next event.
    _Atomic uint64_t tail;  // The beginning of the oldest one.
    uint64_t n_kept;        // Events from tail to head.
    uint64_t n_dropped;
    int n_servers;
    // Not bool: a broken process may have written any byte here.
    unsigned char has_script;  // A script plays all servers but 0.
    unsigned char
        is_verdict[2];  // Told: that it has failed; that it has passed.

    char ring[];
};

// Each process has its own copy of this struct, which the other cannot damage.
struct record {
    struct memory *memory;
    size_t size;  // Of the ring.
};

// A checksum of an event in the memory, all but its `sum`. A broken process can
// write over a part of an event.
uint32_t kept_sum(struct kept kept, const char *bytes);

// Copies `len` bytes from byte `at` on.
void ring_copy(const struct record *record, uint64_t at, void *to, size_t len);

// ---- text.c ----

// Writes the fields of an event's object.
void event_text(struct json *j, const struct event *event);

// ---- saves.c ----

// Writes the changes that a save makes. It remembers each server's last save.
// Called under the record's lock.
void save_text(struct json *j, const struct event *event);

// ---- about.c, compiled for each Raft ----

extern const char *about_raft;    // Its folder.
extern const char *about_digest;  // SHA-256 of its files.

#endif
