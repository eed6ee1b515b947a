// Writes the file, in the parent. A broken process can have written anything
// into the memory, so all of it is checked: each line is JSON, because an event
// that is no longer as it was told has another sum.
#include "record/internal.h"

#include "rt/alloc.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#define VERSION 1
#define RAFTLAB "0.1"

#ifdef __clang__
#define COMPILER __VERSION__  // "Clang 19.1.7" and its origin.
#else
#define COMPILER "gcc " __VERSION__
#endif

// No test has more, and the views can show no more.
#define MAX_SERVERS 63

// More turns, waits and locks than these make a page slow. The last of them
// stand in the file.
#define MAX_OF_THREADS 50000

struct line {
    struct kept kept;
    const char *text;
};

// All kept events, sorted by their numbers.
struct lines {
    char *bytes;
    struct line *lines;
    int count;
    int capacity;
    bool damaged;  // The memory has bytes that are no event.
};

// ---- Reading the memory ----

// Copies the bytes from tail to head. False if tail and head are out of range.
static bool copy_all(const struct record *record, char **bytes, size_t *len)
{
    uint64_t head = record->memory->head, tail = record->memory->tail;
    if (record->memory->magic != MEMORY_MAGIC || head < tail ||
        head - tail > record->size)
        return false;
    *len = (size_t)(head - tail);
    *bytes = alloc(*len + 1);
    ring_copy(record, tail, *bytes, *len);
    return true;
}

static int by_number(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    return x->kept.number < y->kept.number ? -1
                                           : x->kept.number > y->kept.number;
}

// Reads the event that begins here; there are `left` more bytes. False if there
// is none.
static bool read_line(const char *at, size_t left, struct line *line)
{
    if (left < sizeof line->kept)
        return false;
    memcpy(&line->kept, at, sizeof line->kept);
    line->text = at + sizeof line->kept;
    return line->kept.magic == KEPT_MAGIC &&
           line->kept.size <= left - sizeof line->kept &&
           line->kept.sum == kept_sum(line->kept, line->text);
}

static void add_line(struct lines *all, struct line line)
{
    if (all->count == all->capacity) {
        all->capacity = 2 * all->capacity + 1024;
        all->lines =
            alloc_resize(all->lines, (size_t)all->capacity, sizeof line);
    }
    all->lines[all->count++] = line;
}

static struct lines lines_read(const struct record *record)
{
    struct lines all = { 0 };
    size_t len = 0;
    all.damaged = !copy_all(record, &all.bytes, &len);
    for (size_t at = 0; at < len && !all.damaged;) {
        struct line line;
        all.damaged = !read_line(all.bytes + at, len - at, &line);
        if (all.damaged)
            break;
        add_line(&all, line);
        at += sizeof line.kept + line.kept.size;
    }
    if (all.count > 0)
        qsort(all.lines, (size_t)all.count, sizeof *all.lines, by_number);
    return all;
}

static void lines_free(struct lines *all)
{
    free(all->lines);
    free(all->bytes);
}

// ---- Threads ----

// A thread of the run, and its number in the file.
struct thread {
    int id;
    int number;
};

static int by_id(const void *a, const void *b)
{
    const struct thread *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

static int number_of(void **threads, int id, int *count)
{
    struct thread *new = alloc(sizeof *new);
    *new = (struct thread){ id, *count + 1 };
    struct thread **node = tsearch(new, threads, by_id);
    int number = (*node)->number;
    if (*node == new)
        (*count)++;
    else
        free(new);
    return number;
}

// ---- Writing ----

static void end_line(struct json *j, char *line, FILE *to)
{
    json_close(j, '}');
    fwrite(line, 1, (size_t)(j->at - line), to);
    fputc('\n', to);
}

static void put_servers(struct json *j, const struct memory *memory)
{
    int n = memory->n_servers;
    if (n <= 0 || n > MAX_SERVERS || memory->magic != MEMORY_MAGIC)
        return;
    json_int(j, "servers", n);
    if (!memory->has_script)
        return;
    json_open(j, "played", '[');
    for (int i = 1; i < n; i++)
        json_int(j, NULL, i);
    json_close(j, ']');
}

static void write_header(const struct record *record,
                         const struct record_about *about, char *line, FILE *to)
{
    struct json j = json_begin(line, MAX_TEXT);
    json_open(&j, NULL, '{');
    json_text(&j, "format", "raftlab record");
    json_int(&j, "version", VERSION);
    json_text(&j, "raftlab", RAFTLAB);
    json_text(&j, "suite", about->suite);
    json_text(&j, "test", about->test);
    json_text(&j, "time", about->seed > 0 ? "virtual" : "real");
    if (about->seed > 0) {
        json_int(&j, "seed", about->seed);
        json_text(&j, "policy", about->policy);
    }
    put_servers(&j, record->memory);
    json_text(&j, "raft", about_raft);
    json_text(&j, "digest", about_digest);
    json_text(&j, "compiler", COMPILER);
    end_line(&j, line, to);
}

// Writes the number of dropped events, if there are any.
static void write_dropped(uint64_t count, char *line, FILE *to)
{
    struct json j = json_begin(line, MAX_TEXT);
    json_open(&j, NULL, '{');
    json_text(&j, "event", "dropped");
    json_int(&j, "count", (int64_t)count);
    end_line(&j, line, to);
}

static void write_damaged(char *line, FILE *to)
{
    struct json j = json_begin(line, MAX_TEXT);
    json_open(&j, NULL, '{');
    json_text(&j, "event", "damaged");
    json_text(&j, "text",
              "the run's process has written over the record's memory: the "
              "events that follow are lost");
    end_line(&j, line, to);
}

// The number of the oldest turns, waits and locks for which there is no room.
static int count_left_out(const struct lines *all)
{
    int n = 0;
    for (int k = 0; k < all->count; k++)
        n += all->lines[k].kept.is_of_thread != 0;
    return n > MAX_OF_THREADS ? n - MAX_OF_THREADS : 0;
}

static void write_left_out(const struct kept *first, int count, FILE *to)
{
    fprintf(to,
            "{\"n\":%llu,\"ms\":%.6f,\"event\":\"left_out\",\"count\":%d}\n",
            (unsigned long long)first->number, first->ms, count);
}

static void write_events(const struct lines *all, FILE *to)
{
    void *threads = NULL;
    int n_threads = 0;
    int left_out = count_left_out(all), n_seen = 0;
    for (int k = 0; k < all->count; k++) {
        const struct kept *kept = &all->lines[k].kept;
        if (kept->is_of_thread != 0 && n_seen++ < left_out) {
            if (n_seen == 1)
                write_left_out(kept, left_out, to);
            continue;
        }
        fprintf(to, "{\"n\":%llu,\"ms\":%.6f,\"thread\":%d,%.*s",
                (unsigned long long)kept->number, kept->ms,
                number_of(&threads, kept->thread, &n_threads), (int)kept->size,
                all->lines[k].text);
        if (kept->holder > 0)
            fprintf(to, ",\"holder\":%d",
                    number_of(&threads, kept->holder, &n_threads));
        fputs("}\n", to);
    }
    tdestroy(threads, free);
}

// Has the run's process told this result as its only verdict, and is that event
// in the file?
static bool has_verdict(const struct record *record, const struct lines *all,
                        const char *result)
{
    bool passed = strcmp(result, "passed") == 0;
    bool failed = strcmp(result, "failed") == 0;
    return (passed || failed) && !all->damaged &&
           record->memory->is_verdict[passed] &&
           !record->memory->is_verdict[!passed];
}

// Writes the verdict. Readers take the time of the last event for the run's
// end.
static void write_verdict(const struct record_about *about,
                          const struct lines *all, char *line, FILE *to)
{
    struct json j = json_begin(line, MAX_TEXT);
    json_open(&j, NULL, '{');
    const struct kept *last =
        all->count > 0 ? &all->lines[all->count - 1].kept : NULL;
    json_int(&j, "n", last != NULL ? (int64_t)last->number + 1 : 1);
    json_float(&j, "ms", last != NULL ? last->ms : 0);
    json_text(&j, "event", "verdict");
    json_text(&j, "result", about->result);
    if (about->message != NULL)
        json_text(&j, "text", about->message);
    end_line(&j, line, to);
}

const char *record_raft(void)
{
    return about_raft;
}

void record_set_raft(const char *raft, const char *digest)
{
    about_raft = raft;
    about_digest = digest;
}

void record_write(const struct record *record, const struct record_about *about,
                  FILE *to)
{
    char *line = alloc(MAX_TEXT);
    struct lines all = lines_read(record);
    write_header(record, about, line, to);
    if (record->memory->n_dropped > 0 && !(all.damaged && all.count == 0))
        write_dropped(record->memory->n_dropped, line, to);
    write_events(&all, to);
    if (all.damaged)
        write_damaged(line, to);
    if (!has_verdict(record, &all, about->result))
        write_verdict(about, &all, line, to);
    lines_free(&all);
    free(line);
}
