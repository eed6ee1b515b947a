// The debug log: RAFTLAB_LOG=1 turns it on, and a line says when, which
// server, in which term, about what:
//
//     001234.567 S2 T5 VOTE  grants its vote to S0
//
// Off, a debug_log costs one test of a variable that never changes; its
// arguments are not evaluated.
#ifndef RT_DEBUG_LOG_H
#define RT_DEBUG_LOG_H

#include <stdbool.h>
#include <stdint.h>

// Set once, before main, from the environment; never changed after.
extern bool debug_log_enabled;

// Writes one line to stderr, in one piece. `topic` is four or five capitals.
//   locks  none needed, none taken; safe under any lock
#define debug_log(topic, server, term, ...)                                    \
    do {                                                                       \
        if (__builtin_expect(debug_log_enabled, 0))                            \
            debug_log_write(topic, server, term, __VA_ARGS__);                 \
    } while (0)

// The times of the lines that follow count from now.
void debug_log_restart(void);

// A time of clock_peek_ns as the log's lines show it.
double debug_log_ms(int64_t clock_ns);

void debug_log_write(const char *topic, int server, int term,
                     const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
