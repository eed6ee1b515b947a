// The debug log: RAFTLAB_LOG=1 turns it on, and a line says when, which
// server, in which term, about what:
//
//     001234.567 S2 T5 VOTE  grants its vote to S0
//
// Off, a log_debug costs one test of a variable that never changes; its
// arguments are not evaluated.
#ifndef RT_LOG_H
#define RT_LOG_H

#include <stdbool.h>
#include <stdint.h>

// Set once, before main, from the environment; never changed after.
extern bool log_enabled;

// Writes one line to stderr, in one piece. `topic` is four or five capitals.
//   locks  none needed, none taken; safe under any lock
#define log_debug(topic, server, term, ...)                                    \
    do {                                                                       \
        if (__builtin_expect(log_enabled, 0))                                  \
            log_write(topic, server, term, __VA_ARGS__);                       \
    } while (0)

// The times of the lines that follow count from now.
void log_restart(void);

// A time of clock_peek_ns as the log's lines show it.
double log_ms(int64_t clock_ns);

void log_write(const char *topic, int server, int term, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
