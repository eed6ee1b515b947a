// Keeps events in the memory, on whatever thread they happen. The lock puts
// them in a row.
#include "record/internal.h"

#include "rt/debug_log.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

// Under the lock.
static char text[MAX_TEXT];

struct record *record_make(size_t size)
{
    void *shared =
        mmap(NULL, sizeof(struct record) + size, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (shared == MAP_FAILED)
        return NULL;
    struct record *record = shared;
    record->size = size;
    return record;
}

void record_clear(struct record *record)
{
    size_t size = record->size;
    *record = (struct record){ .size = size };
}

void record_free(struct record *record)
{
    munmap(record, sizeof *record + record->size);
}

// Copies bytes to where byte `at` of all that was ever kept belongs.
static void put_at(struct record *record, uint64_t at, const void *from,
                   size_t len)
{
    size_t place = (size_t)(at % record->size);
    size_t before_end = record->size - place;
    size_t n = len < before_end ? len : before_end;
    memcpy(record->ring + place, from, n);
    memcpy(record->ring, (const char *)from + n, len - n);
}

static void get_at(const struct record *record, uint64_t at, void *to,
                   size_t len)
{
    size_t place = (size_t)(at % record->size);
    size_t before_end = record->size - place;
    size_t n = len < before_end ? len : before_end;
    memcpy(to, record->ring + place, n);
    memcpy((char *)to + n, record->ring, len - n);
}

// Drops the oldest until there is room for so many bytes.
static void make_room(struct record *record, size_t len)
{
    while (record->head + len - record->tail > record->size) {
        struct kept oldest;
        get_at(record, record->tail, &oldest, sizeof oldest);
        record->tail += sizeof oldest + oldest.size;
        record->n_dropped++;
    }
}

static void keep(struct record *record, const struct event *event, size_t len)
{
    struct kept kept = {
        .magic = KEPT_MAGIC,
        .size = (uint32_t)len,
        .number = event->number,
        .ms = debug_log_ms(event->time_ns),
        .thread = event->thread,
    };
    make_room(record, sizeof kept + len);
    put_at(record, record->head, &kept, sizeof kept);
    put_at(record, record->head + sizeof kept, text, len);
    // Last: the process may end at any moment.
    record->head += sizeof kept + len;
}

static void note(struct record *record, const struct event *event)
{
    if (event->kind == EVENT_TEST_BEGINS) {
        record->n_servers = event->begins.n_servers;
        record->has_script = event->begins.has_script;
    } else if (event->kind == EVENT_VERDICT) {
        bool passed = strcmp(event->words.name, "passed") == 0;
        record->is_verdict[passed] = true;
    }
}

static void read_event(void *self, const struct event *event)
{
    struct record *record = self;
    int error = errno;
    if (!unseen_try_lock(&record->lock))
        return;  // The thread that has it has died in it.
    struct json j = json_begin(text, sizeof text);
    event_text(&j, event);
    if (!j.full) {
        note(record, event);
        keep(record, event, (size_t)(j.at - text));
    }
    unseen_unlock(&record->lock);
    errno = error;
}

struct event_reader record_reader(struct record *record)
{
    return (struct event_reader){ read_event, record };
}
