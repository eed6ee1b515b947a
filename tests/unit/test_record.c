// The record: it keeps the events of every process, and each line is JSON,
// whatever bytes it is about.
#include "record/internal.h"
#include "record/messages.h"

#include "raft/raft_x.h"
#include "rt/alloc.h"
#include "tests/unit/unit.h"

#include <ctype.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// ---- JSON ----

// Returns the position after the value that begins here, or NULL if there is
// none.
static const char *skip_value(const char *at);

static const char *skip_string(const char *at)
{
    if (at == NULL || *at++ != '"')
        return NULL;
    for (; *at != '"'; at++) {
        if ((unsigned char)*at < 0x20)
            return NULL;
        if (*at == '\\' && strchr("\"\\u", *++at) == NULL)
            return NULL;
    }
    return at + 1;
}

static const char *skip_list(const char *at, char end, bool has_names)
{
    if (*++at == end)
        return at + 1;
    for (;; at++) {
        if (has_names) {
            at = skip_string(at);
            if (at == NULL || *at++ != ':')
                return NULL;
        }
        at = skip_value(at);
        if (at == NULL || *at == end)
            return at == NULL ? NULL : at + 1;
        if (*at != ',')
            return NULL;
    }
}

static const char *skip_value(const char *at)
{
    if (*at == '{' || *at == '[')
        return skip_list(at, *at == '{' ? '}' : ']', *at == '{');
    if (*at == '"')
        return skip_string(at);
    const char *end = at + strspn(at, "-0123456789.");
    if (strncmp(at, "true", 4) == 0)
        end = at + 4;
    if (strncmp(at, "false", 5) == 0)
        end = at + 5;
    return end > at ? end : NULL;
}

static bool is_json_line(const char *line)
{
    const char *end = *line == '{' ? skip_value(line) : NULL;
    return end != NULL && strcmp(end, "\n") == 0;
}

static void expect_written(const struct json *j, const char *from,
                           const char *wanted)
{
    size_t len = (size_t)(j->at - from);
    check_that(len == strlen(wanted) && memcmp(from, wanted, len) == 0,
               "expected %s, not %.*s", wanted, (int)len, from);
}

UNIT_TEST(record, a_text_of_any_bytes_is_json)
{
    static const char *const texts[][2] = {
        { "plain", "\"plain\"" },
        { "\"\\", "\"\\\"\\\\\"" },
        { "a\nb\x7f", "\"a\\u000ab\\u007f\"" },
        { "\xc2\x9b", "\"\\u009b\"" },
        { "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80",
          "\"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80\"" },
        { "\xff\xc3", "\"\\\\xff\\\\xc3\"" },  // Not UTF-8; a cut character.
        { "\xc0\x80\xe0\x80\x80", "\"\\\\xc0\\\\x80\\\\xe0\\\\x80\\\\x80\"" },
        { "\xed\xa0\x80", "\"\\\\xed\\\\xa0\\\\x80\"" },  // A surrogate.
        { "\xf4\x90\x80\x80", "\"\\\\xf4\\\\x90\\\\x80\\\\x80\"" },
    };
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        char to[200];
        struct json j = json_begin(to, sizeof to);
        json_text(&j, NULL, texts[k][0]);
        expect_written(&j, to, texts[k][1]);
    }
}

#define BYTES(text)                                                            \
    ((struct bytes){ .data = (void *)(text), .len = sizeof(text) - 1 })

UNIT_TEST(record, a_command_is_a_number_a_text_or_digits)
{
    int number = -7;
    char to[1000], filler[300];
    memset(filler, 'x', sizeof filler);
    struct json j = json_begin(to, sizeof to);
    json_open(&j, NULL, '[');
    json_command(&j, NULL, (struct bytes){ &number, sizeof number });
    json_command(&j, NULL, BYTES("put \"k\""));
    json_command(&j, NULL,
                 BYTES("put\n"
                       "k"));
    json_command(&j, NULL, BYTES("\xff\x00\x01"));
    json_command(&j, NULL, (struct bytes){ NULL, 0 });
    json_close(&j, ']');
    expect_written(&j, to,
                   "[-7,\"put \\\"k\\\"\",{\"hex\":\"7075740a6b\"},"
                   "{\"hex\":\"ff0001\"},\"\"]");

    // The first 200 bytes end in the middle of a character.
    memcpy(filler + 199, "\xc3\xa4", 2);
    j = json_begin(to, sizeof to);
    json_command(&j, "command", (struct bytes){ filler, sizeof filler });
    check(j.at - to == (ptrdiff_t)strlen("\"command\":{\"text\":\"\"") + 199 +
                           (ptrdiff_t)strlen(",\"bytes\":300}"));
}

UNIT_TEST(record, what_does_not_fit_is_said)
{
    char to[10];
    struct json j = json_begin(to, sizeof to);
    json_text(&j, "name", "a value");
    check(j.full);
}

// ---- What is kept ----

// The lines of a record.
struct file {
    char *text;
    char **lines;
    int count;
};

static struct file written(const struct record *record, const char *result)
{
    struct file file = { 0 };
    size_t size;
    FILE *stream = open_memstream(&file.text, &size);
    record_write(record,
                 &(struct record_about){ .suite = "suite",
                                         .test = "test",
                                         .result = result,
                                         .message = "a\nreason" },
                 stream);
    fclose(stream);
    // Each line has an end, and they are many: the list is made at once.
    for (size_t k = 0; k < size; k++)
        file.count += file.text[k] == '\n';
    file.lines = alloc((size_t)file.count * sizeof *file.lines);
    char *at = file.text;
    for (int k = 0; k < file.count; k++) {
        file.lines[k] = at;
        at = strchr(at, '\n') + 1;
    }
    for (int k = 0; k < file.count; k++) {
        char *line = strndup(file.lines[k], strcspn(file.lines[k], "\n") + 1);
        check_that(is_json_line(line), "no line of JSON: %s", line);
        file.lines[k] = line;
    }
    check(file.count > 0);
    check(strstr(file.lines[0], "\"format\":\"raftlab record\"") != NULL);
    return file;
}

static void file_free(struct file *file)
{
    for (int k = 0; k < file->count; k++)
        free(file->lines[k]);
    free(file->lines);
    free(file->text);
}

static bool has(const struct file *file, int k, const char *text)
{
    return strstr(file->lines[k < 0 ? file->count + k : k], text) != NULL;
}

#define expect_in(file, k, text)                                               \
    check_that(has(file, k, text), "expected %s in %s", text,                  \
               (file)->lines[(k) < 0 ? (file)->count + (k) : (k)])

static void tell_terms(struct events *events, int count)
{
    for (int term = 1; term <= count; term++)
        events_tell(events,
                    &(struct event){ .kind = EVENT_LEADS, .term = term });
}

static struct events *recorded(struct record *record)
{
    struct events *events = events_make();
    events_add_reader(events, record_reader(record));
    return events;
}

UNIT_TEST(record, the_oldest_are_dropped_and_counted)
{
    struct record *record = record_make(5000);
    struct events *events = recorded(record);
    tell_terms(events, 1000);
    struct file file = written(record, "passed");

    // Between the header and the verdict: the number of missing events, and the
    // last event.
    int kept = file.count - 3;
    char dropped[100];
    snprintf(dropped, sizeof dropped, "{\"event\":\"dropped\",\"count\":%d}",
             1000 - kept);
    check(kept >= 30);
    expect_in(&file, 1, dropped);
    for (int k = 0; k < kept; k++) {
        char number[100];
        snprintf(number, sizeof number, "{\"n\":%d,", 1000 - kept + 1 + k);
        expect_in(&file, 2 + k, number);
    }
    file_free(&file);
    events_free(events);
    record_free(record);
}

// Runs in a process that ends in the middle.
static struct file written_of(void (*run)(struct events *events,
                                          struct record *record))
{
    struct record *record = record_make(1 << 20);
    pid_t pid = unit_fork();
    if (pid == 0) {
        struct events *events = recorded(record);
        tell_terms(events, 20);
        run(events, record);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    struct file file = written(record, "failed");
    record_free(record);
    return file;
}

static void be_killed(struct events *events, struct record *record)
{
    (void)events;
    (void)record;
    kill(getpid(), SIGKILL);
}

static void fail(struct events *events, struct record *record)
{
    (void)record;
    events_tell(events, &(struct event){ .kind = EVENT_VERDICT,
                                         .life = EVENT_OF_ALL,
                                         .words = { "failed", "why" } });
}

static void pass(struct events *events, struct record *record)
{
    (void)record;
    events_tell(events, &(struct event){ .kind = EVENT_VERDICT,
                                         .life = EVENT_OF_ALL,
                                         .words = { "passed", NULL } });
}

UNIT_TEST(record, a_process_that_dies_loses_no_event)
{
    struct file file = written_of(be_killed);
    check(file.count == 22);
    expect_in(&file, 20, "\"n\":20,");
    expect_in(&file, 20, "\"term\":20}");
    expect_in(&file, 21, "{\"n\":21,\"ms\":");
    check(atof(strstr(file.lines[21], "\"ms\":") + 5) ==
          atof(strstr(file.lines[20], "\"ms\":") + 5));
    expect_in(&file, 21,
              ",\"event\":\"verdict\",\"result\":\"failed\""
              ",\"text\":\"a\\u000areason\"}");
    file_free(&file);
}

UNIT_TEST(record, there_is_one_verdict_unless_they_differ)
{
    struct file file = written_of(fail);
    check(file.count == 22);
    expect_in(&file, -1, "\"result\":\"failed\",\"text\":\"why\"");

    file_free(&file);
    file = written_of(pass);  // Something else goes wrong after that.
    check(file.count == 23);
    expect_in(&file, -2, "\"result\":\"passed\"");
    expect_in(&file, -1, "\"result\":\"failed\"");
    file_free(&file);
}

static void write_over_head(struct events *events, struct record *record)
{
    (void)events;
    memset(record->memory, 0xa5, sizeof *record->memory);
}

// The beginning of the tenth event.
static char *tenth_of(struct record *record)
{
    char *tenth = record->memory->ring;
    for (int k = 0; k < 9; k++) {
        struct kept kept;  // In the ring it is not aligned.
        memcpy(&kept, tenth, sizeof kept);
        tenth += sizeof kept + kept.size;
    }
    return tenth;
}

static void write_over_events(struct events *events, struct record *record)
{
    (void)events;
    memset(tenth_of(record), 0xa5, 4000);
}

static void write_over_time(struct events *events, struct record *record)
{
    (void)events;
    memset(tenth_of(record) + offsetof(struct kept, ms), 0xff, sizeof(double));
}

// The text is no JSON then.
static void write_over_quote(struct events *events, struct record *record)
{
    (void)events;
    *strchr(tenth_of(record) + sizeof(struct kept), '"') = 'x';
}

static void write_over_character(struct events *events, struct record *record)
{
    (void)events;
    strchr(tenth_of(record) + sizeof(struct kept), '"')[1] = '\xff';
}

UNIT_TEST(record, memory_that_was_written_over_is_no_record)
{
    struct file file = written_of(write_over_head);
    expect_in(&file, -2, "\"event\":\"damaged\"");
    file_free(&file);

    void (*const damages[])(struct events *, struct record *) = {
        write_over_events, write_over_time, write_over_quote,
        write_over_character
    };
    for (size_t k = 0; k < sizeof damages / sizeof *damages; k++) {
        file = written_of(damages[k]);
        check(file.count == 1 + 9 + 2);
        expect_in(&file, 9, "\"term\":9}");
        expect_in(&file, -2, "\"event\":\"damaged\"");
        file_free(&file);
    }
}

static void fail_and_write_over(struct events *events, struct record *record)
{
    fail(events, record);
    write_over_events(events, record);
}

UNIT_TEST(record, a_verdict_that_was_written_over_is_written_again)
{
    struct file file = written_of(fail_and_write_over);
    expect_in(&file, -2, "\"event\":\"damaged\"");
    expect_in(&file, -1, "\"event\":\"verdict\",\"result\":\"failed\"");
    file_free(&file);
}

static void write_over_oldest(struct record *record, size_t at, char byte,
                              size_t len)
{
    for (uint64_t from = record->memory->tail + at, k = 0; k < len; k++)
        record->memory->ring[(from + k) % record->size] = byte;
}

// The first event after the damage for which there is no room drops all others.
static void expect_goes_on(struct record *record, struct events *events)
{
    tell_terms(events, 1000);
    struct file file = written(record, "passed");
    int kept = file.count - 3;
    char dropped[100];
    snprintf(dropped, sizeof dropped, "{\"event\":\"dropped\",\"count\":%d}",
             2000 - kept);
    expect_in(&file, 1, dropped);
    expect_in(&file, -2, "{\"n\":2000,");
    file_free(&file);
    events_free(events);
    record_free(record);
}

UNIT_TEST(record, a_full_ring_that_was_written_over_keeps_what_follows)
{
    size_t header = sizeof(struct kept);
    size_t size = offsetof(struct kept, size);
    const struct {
        size_t at;
        char byte;
        size_t len;
    } damages[] = { { 0, 0, header }, { 0, -91, header }, { size, -1, 4 } };
    for (size_t k = 0; k < sizeof damages / sizeof *damages; k++) {
        struct record *record = record_make(64 * 1024);
        struct events *events = recorded(record);
        tell_terms(events, 1000);
        write_over_oldest(record, damages[k].at, damages[k].byte,
                          damages[k].len);
        expect_goes_on(record, events);
    }
}

enum { THREADS = 8, TOLD = 10000 };
static pthread_barrier_t start;

static void *tell_many(void *events)
{
    pthread_barrier_wait(&start);
    tell_terms(events, TOLD);
    return NULL;
}

UNIT_TEST(record, threads_tell_side_by_side)
{
    struct record *record = record_make(16 << 20);
    struct events *events = recorded(record);
    pthread_t threads[THREADS];
    pthread_barrier_init(&start, NULL, THREADS);
    for (int k = 0; k < THREADS; k++)
        pthread_create(&threads[k], NULL, tell_many, events);
    for (int k = 0; k < THREADS; k++)
        pthread_join(threads[k], NULL);
    struct file file = written(record, "passed");

    check(file.count == 1 + TOLD * THREADS + 1);
    for (int k = 1; k <= TOLD * THREADS; k++) {
        char number[100];
        snprintf(number, sizeof number, "{\"n\":%d,", k);
        expect_in(&file, k, number);
    }
    pthread_barrier_destroy(&start);
    file_free(&file);
    events_free(events);
    record_free(record);
}

// ---- Saves in a record ----

static void tell_save(struct events *events, int first, int last, int term)
{
    Entry entries[100];
    PersistentState state = { .current_term = term, .voted_for = 1 };
    int number = 100 * term;
    state.logs.logs_val = entries;
    state.logs.logs_len = (u_int)(last - first + 1);
    for (int index = first; index <= last; index++)
        entries[index - first] =
            (Entry){ .index = index,
                     .term = index == 0  ? 0
                             : index < 4 ? 1
                                         : term,
                     .command = { index == first ? 0 : 4, (char *)&number } };
    char bytes[4000];
    XDR xdrs;
    xdrmem_create(&xdrs, bytes, sizeof bytes, XDR_ENCODE);
    check(xdr_PersistentState(&xdrs, &state));
    events_tell(events, &(struct event){
                            .kind = EVENT_SAVED,
                            .saved.raft_state = { bytes, xdr_getpos(&xdrs) } });
}

UNIT_TEST(record, a_save_is_what_has_changed)
{
    struct record *record = record_make(1 << 20);
    struct events *events = recorded(record);
    tell_save(events, 0, 5, 1);
    tell_save(events, 0, 5, 2);
    tell_save(events, 3, 90, 2);
    events_tell(events, &(struct event){ .kind = EVENT_SAVED,
                                         .saved.raft_state = BYTES("none") });
    struct file file = written(record, "passed");

    expect_in(&file, 1,
              "\"last\":{\"index\":5,\"term\":1},\"n_appended\":5,"
              "\"appended\":[{\"index\":1,\"term\":1,\"command\":100");
    expect_in(&file, 2,
              "\"voted_for\":1,\"first\":{\"index\":0,\"term\":0},"
              "\"last\":{\"index\":5,\"term\":2},\"dropped_from\":1");
    expect_in(&file, 3, "\"first\":{\"index\":3,\"term\":1}");
    expect_in(&file, 3, "\"n_appended\":85,\"appended\":[{\"index\":6,");
    expect_in(&file, 3,
              "{\"index\":13,\"term\":2,\"command\":200},{\"index\":83");
    expect_in(&file, 4, "\"bytes\":4,\"unreadable\":true}");
    file_free(&file);
    events_free(events);
    record_free(record);
}
