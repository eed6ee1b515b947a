// The tape of a run: all that was drawn to decide it. It says who ran next,
// whom a signal woke, which message was lost, which server crashed, and the
// random numbers of the program.
//
// A tape consists of streams: each thread has one for each kind of draw. So a
// draw more or less in one of them does not shift the others. A draw is a small
// number. 0 is the calmest one, and stands for each draw that is not on the
// tape. So an empty tape is a calm run.
#ifndef TAPE_TAPE_H
#define TAPE_TAPE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define TAPE_NAME_SIZE 16  // Of a kind and of a thread, with the final zero.

// The most streams of a tape, and the most draws that are not 0.
#define TAPE_STREAMS ((uint32_t)1 << 20)
#define TAPE_DRAWS   ((uint32_t)1 << 26)

struct tape_stream {
    char kind[TAPE_NAME_SIZE];
    uint64_t key;                 // Of the thread (sim/tape.c).
    char thread[TAPE_NAME_SIZE];  // Its name when it drew first, for people.
    uint32_t length;              // The draws of the run, those of 0 included.

    // Once the tape is sorted: its draws in the tape.
    uint32_t first;
    uint32_t count;
};

// A draw that is not 0.
struct tape_draw {
    uint32_t stream;  // Its number.
    uint32_t index;   // Counted from 0 in its stream.
    uint64_t value;
};

struct tape_size {
    uint32_t streams;
    uint32_t draws;

    // Of the run that wrote it.
    uint64_t points;    // Scheduling points.
    uint64_t switches;  // That no thread had to make.
};

// The draws of a run come in the order of time. tape_sort brings them together
// by streams. The memory behind the pointers is shared with forked processes.
struct tape {
    struct tape_size *n;
    struct tape_stream *streams;  // Room for TAPE_STREAMS.
    struct tape_draw *draws;      // Room for TAPE_DRAWS.
};

// Adds a stream without draws. Returns its number. There must be room for it.
static inline uint32_t tape_add_stream(struct tape *tape, const char *kind,
                                       uint64_t key, const char *thread)
{
    struct tape_stream *stream = &tape->streams[tape->n->streams];
    *stream = (struct tape_stream){ .key = key };
    memccpy(stream->kind, kind, '\0', TAPE_NAME_SIZE - 1);
    memccpy(stream->thread, thread, '\0', TAPE_NAME_SIZE - 1);
    return tape->n->streams++;
}

// ---- kinds.c ----

// Do draws of this kind decide the schedule: which thread runs next, which one
// is woken? The others decide what the network, the tests and the program do.
bool tape_is_of_schedule(const char *kind);

// ---- memory.c ----

// Makes an empty tape, in memory that is shared with the processes that this
// one forks. Memory is used as the tape grows. Never NULL (rt/shortage.h).
// tape_free frees it.
struct tape *tape_make(void);
void tape_free(struct tape *tape);

void tape_clear(struct tape *tape);

// Copies a tape over another one.
void tape_copy(struct tape *to, const struct tape *from);

// Copies the streams of a tape, without draws.
void tape_copy_streams(struct tape *to, const struct tape *from);

// The process that wrote the tape may have damaged it. Removes what is no draw.
void tape_remove_damage(struct tape *tape);

// Sorts the streams by kind and key, and the draws by streams. Removes streams
// without draws, and damage.
void tape_sort(struct tape *tape);

// ---- file.c: a tape as a text ----

// The run that it is of.
struct tape_about {
    char test[120];      // "raft_2B/concurrent_starts"
    uint64_t seed;       // Of what is drawn and is on no tape: names, commands.
    char from[40];       // What made it: "uniform", "pct:3", "shrunk".
    bool access_points;  // With scheduling points at accesses of memory.
};

// Writes a sorted tape.
void tape_write(const struct tape *tape, const struct tape_about *about,
                FILE *to);

// Reads a tape into an empty one, which is sorted then. If the file is no whole
// tape, ends the program with one line (bad_input).
//   program  begins that line
void tape_read(struct tape *tape, struct tape_about *about, const char *path,
               const char *program);

#endif
