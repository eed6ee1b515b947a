// Keeps events in the memory, on the threads that tell them, one at a time
// under the lock.
#include "record/internal.h"

#include "decode/hash.h"
#include "rt/alloc.h"
#include "rt/debug_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

// Guarded by the lock.
static char text[MAX_TEXT];

struct record *record_make(size_t size)
{
    void *shared =
        mmap(NULL, sizeof(struct memory) + size, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (shared == MAP_FAILED)
        return NULL;
    struct record *record = alloc(sizeof *record);
    *record = (struct record){ shared, size };
    record_clear(record);
    return record;
}

void record_clear(struct record *record)
{
    *record->memory = (struct memory){ .magic = MEMORY_MAGIC };
}

void record_free(struct record *record)
{
    munmap(record->memory, sizeof *record->memory + record->size);
    free(record);
}

// Copies bytes into the ring, from byte `at` on.
static void put_at(const struct record *record, uint64_t at, const void *from,
                   size_t len)
{
    size_t place = (size_t)(at % record->size);
    size_t before_end = record->size - place;
    size_t n = len < before_end ? len : before_end;
    memcpy(record->memory->ring + place, from, n);
    memcpy(record->memory->ring, (const char *)from + n, len - n);
}

void ring_copy(const struct record *record, uint64_t at, void *to, size_t len)
{
    size_t place = (size_t)(at % record->size);
    size_t before_end = record->size - place;
    size_t n = len < before_end ? len : before_end;
    memcpy(to, record->memory->ring + place, n);
    memcpy((char *)to + n, record->memory->ring, len - n);
}

uint32_t kept_sum(struct kept kept, const char *bytes)
{
    kept.sum = 0;
    uint64_t header = hash_bytes(&kept, sizeof kept);
    return (uint32_t)(header ^ hash_bytes(bytes, kept.size));
}

// Does the oldest event end before the head? Not if a broken process has
// written over it.
static bool is_whole(const struct memory *memory, const struct kept *oldest)
{
    uint64_t len = memory->head - memory->tail;
    return oldest->magic == KEPT_MAGIC && len >= sizeof *oldest &&
           oldest->size <= len - sizeof *oldest;
}

static void drop_all(struct memory *memory)
{
    memory->tail = memory->head;
    memory->n_dropped += memory->n_kept;
    memory->n_kept = 0;
    memset(memory->is_verdict, 0, sizeof memory->is_verdict);
}

// Drops the oldest events until there is room for so many bytes.
static void make_room(const struct record *record, size_t len)
{
    struct memory *memory = record->memory;
    while (memory->head + len - memory->tail > record->size) {
        struct kept oldest;
        ring_copy(record, memory->tail, &oldest, sizeof oldest);
        if (!is_whole(memory, &oldest)) {
            drop_all(memory);
            return;
        }
        memory->tail += sizeof oldest + oldest.size;
        memory->n_kept--;
        memory->n_dropped++;
    }
}

static int holder_of(const struct event *event)
{
    return event->kind == EVENT_WAITS ? event->act.holder : 0;
}

static void keep(const struct record *record, const struct event *event,
                 size_t len)
{
    struct kept kept = {
        .magic = KEPT_MAGIC,
        .size = (uint32_t)len,
        .number = event->number,
        .ms = debug_log_ms(event->time_ns),
        .thread = event->thread,
        .holder = holder_of(event),
        .is_of_thread = event->kind >= EVENT_TURN,
    };
    kept.sum = kept_sum(kept, text);
    uint64_t at = record->memory->head;
    make_room(record, sizeof kept + len);
    put_at(record, at, &kept, sizeof kept);
    put_at(record, at + sizeof kept, text, len);
    // Set last, because the process may end at any moment.
    record->memory->head = at + sizeof kept + len;
    record->memory->n_kept++;
}

static void note(struct memory *memory, const struct event *event)
{
    if (event->kind == EVENT_TEST_BEGINS) {
        memory->n_servers = event->begins.n_servers;
        memory->has_script = event->begins.has_script;
    } else if (event->kind == EVENT_VERDICT) {
        bool passed = strcmp(event->words.name, "passed") == 0;
        memory->is_verdict[passed] = true;
    }
}

static void keep_event(const struct record *record, const struct event *event)
{
    struct memory *memory = record->memory;
    if (!unseen_try_lock(&memory->lock))
        return;  // Its holder has crashed.
    struct json j = json_begin(text, sizeof text);
    event_text(&j, event);
    if (!j.full) {
        keep(record, event, (size_t)(j.at - text));
        note(memory, event);
    }
    unseen_unlock(&memory->lock);
}

static void read_event(void *self, const struct event *event)
{
    unseen_begin();  // Fibers share errno, too.
    int error = errno;
    keep_event(self, event);
    errno = error;
    unseen_end();
}

struct event_reader record_reader(struct record *record)
{
    return (struct event_reader){ read_event, record };
}
