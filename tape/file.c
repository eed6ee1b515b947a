// A tape's file. A line for each stream: kind, key, name of the thread, length,
// and the draws that are not 0, as index:value. The line "points memory" is
// only in tapes of such runs.
//
//   raftlab tape 1
//   test raft_2B/concurrent_starts
//   seed 17
//   from uniform
//   points memory
//   turn 0000000000000001 "main" 812: 5:1 9:2
//   end 2
#include "rt/bad_input.h"
#include "rt/clean.h"
#include "tape/tape.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FIRST_LINE  "raftlab tape 1"
#define POINTS_LINE "points memory"

// ---- Writing ----

static void put_stream(const struct tape *tape,
                       const struct tape_stream *stream, FILE *to)
{
    fprintf(to, "%s %016" PRIx64 " \"", stream->kind, stream->key);
    for (const char *c = stream->thread; *c != '\0'; c++)
        fputc(*c < ' ' || *c > '~' || *c == '"' ? '?' : *c, to);
    fprintf(to, "\" %u:", stream->length);
    const struct tape_draw *draw = &tape->draws[stream->first];
    for (uint32_t i = 0; i < stream->count; i++)
        fprintf(to, " %u:%" PRIu64, draw[i].index, draw[i].value);
    fputc('\n', to);
}

void tape_write(const struct tape *tape, const struct tape_about *about,
                FILE *to)
{
    fprintf(to, FIRST_LINE "\ntest %s\nseed %" PRIu64 "\nfrom %s\n",
            about->test, about->seed, about->from);
    if (about->access_points)
        fputs(POINTS_LINE "\n", to);
    for (uint32_t i = 0; i < tape->n->streams; i++)
        put_stream(tape, &tape->streams[i], to);
    fprintf(to, "end %u\n", tape->n->draws);
}

// ---- Reading ----

struct reader {
    FILE *from;
    const char *path;
    const char *program;
    char *line;
    size_t size;
    int number;  // Of the line.
};

_Noreturn static void refuse(const struct reader *reader, const char *wanted)
{
    bad_input(reader->program, "%s is no whole tape: line %d wants %s",
              reader->path, reader->number, wanted);
}

static void next_line(struct reader *reader, const char *wanted)
{
    reader->number++;
    ssize_t length = getline(&reader->line, &reader->size, reader->from);
    if (length < 1 || strlen(reader->line) != (size_t)length ||
        reader->line[length - 1] != '\n')
        refuse(reader, wanted);
    reader->line[length - 1] = '\0';
}

// Reads a number, and moves behind it.
static uint64_t read_number(const struct reader *reader, char **at, int base,
                            uint64_t max)
{
    char *end = *at;
    errno = 0;
    uint64_t number = strtoull(*at, &end, base);
    if (strspn(*at, "0123456789abcdef") == 0 || end == *at || errno != 0 ||
        number > max)
        refuse(reader, "a number");
    *at = end;
    return number;
}

// Moves behind this text.
static void expect(const struct reader *reader, char **at, const char *text)
{
    size_t length = strlen(text);
    if (strncmp(*at, text, length) != 0)
        refuse(reader, "a stream: KIND KEY \"THREAD\" LENGTH: INDEX:VALUE ...");
    *at += length;
}

// Copies what stands before the `end`, and moves behind that.
static void read_word(const struct reader *reader, char **at, char end,
                      char *to, size_t size)
{
    size_t length = strcspn(*at, (char[]){ end, '\0' });
    if (length >= size || (*at)[length] != end || (length == 0 && end == ' '))
        refuse(reader, "a name");
    memcpy(to, *at, length);
    to[length] = '\0';
    *at += length + (end != '\0');
}

static void read_line_of(struct reader *reader, const char *word, char *to,
                         size_t size)
{
    next_line(reader, word);
    clean_text(reader->line, strlen(reader->line));
    size_t length = strlen(word);
    if (strncmp(reader->line, word, length) != 0)
        refuse(reader, word);
    char *at = reader->line + length;
    read_word(reader, &at, '\0', to, size);
}

static void read_draws(const struct reader *reader, struct tape *tape,
                       uint32_t stream, char *at)
{
    int64_t last = -1;
    while (*at != '\0') {
        expect(reader, &at, " ");
        struct tape_draw draw = { .stream = stream };
        draw.index = (uint32_t)read_number(reader, &at, 10, UINT32_MAX);
        expect(reader, &at, ":");
        draw.value = read_number(reader, &at, 10, UINT64_MAX);
        if (draw.index <= last || draw.value == 0 ||
            tape->n->draws == TAPE_DRAWS)
            refuse(reader, "draws above 0, the first ones first");
        last = draw.index;
        tape->draws[tape->n->draws++] = draw;
    }
}

static void read_stream(const struct reader *reader, struct tape *tape)
{
    if (tape->n->streams == TAPE_STREAMS)
        refuse(reader, "the end");
    char *at = reader->line;
    char kind[TAPE_NAME_SIZE], thread[TAPE_NAME_SIZE];
    read_word(reader, &at, ' ', kind, sizeof kind);
    uint64_t key = read_number(reader, &at, 16, UINT64_MAX);
    expect(reader, &at, " \"");
    read_word(reader, &at, '"', thread, sizeof thread);
    expect(reader, &at, " ");
    uint32_t stream = tape_add_stream(tape, kind, key, thread);
    tape->streams[stream].length =
        (uint32_t)read_number(reader, &at, 10, UINT32_MAX);
    expect(reader, &at, ":");
    read_draws(reader, tape, stream, at);
}

static void read_end(struct reader *reader, const struct tape *tape)
{
    char *at = reader->line + strlen("end ");
    if (read_number(reader, &at, 10, UINT32_MAX) != tape->n->draws ||
        *at != '\0')
        refuse(reader, "the number of draws above");
    if (getline(&reader->line, &reader->size, reader->from) >= 0)
        bad_input(reader->program, "%s goes on after the end of its tape",
                  reader->path);
}

static void read_about(struct reader *reader, struct tape_about *about)
{
    next_line(reader, "\"" FIRST_LINE "\"");
    if (strcmp(reader->line, FIRST_LINE) != 0)
        refuse(reader, "\"" FIRST_LINE "\"");
    char seed[30];
    read_line_of(reader, "test ", about->test, sizeof about->test);
    read_line_of(reader, "seed ", seed, sizeof seed);
    char *at = seed;
    about->seed = read_number(reader, &at, 10, UINT64_MAX);
    if (*at != '\0')
        refuse(reader, "a number");
    read_line_of(reader, "from ", about->from, sizeof about->from);
}

void tape_read(struct tape *tape, struct tape_about *about, const char *path,
               const char *program)
{
    struct reader reader = { .path = path, .program = program };
    reader.from = fopen(path, "r");
    if (reader.from == NULL)
        bad_input(program, "the tape %s cannot be read: %s", path,
                  strerror(errno));
    struct stat status;
    if (fstat(fileno(reader.from), &status) == 0 && S_ISDIR(status.st_mode))
        bad_input(program, "the tape %s cannot be read: it is a folder", path);
    read_about(&reader, about);
    next_line(&reader, "a stream, or the end");
    about->access_points = strcmp(reader.line, POINTS_LINE) == 0;
    if (about->access_points)
        next_line(&reader, "a stream, or the end");
    while (strncmp(reader.line, "end ", 4) != 0) {
        read_stream(&reader, tape);
        next_line(&reader, "a stream, or the end");
    }
    read_end(&reader, tape);
    free(reader.line);
    fclose(reader.from);
    tape_sort(tape);
}
