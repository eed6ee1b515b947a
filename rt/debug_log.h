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
#include <stddef.h>
#include <stdint.h>

// Set before main, from the environment, or when somebody listens.
extern bool debug_log_enabled;

// Has each line go to a listener, too; NULL: no longer. Lines are made for it
// even if the log is off. While the process has one thread.
struct debug_log_line {
    const char *topic;
    int server;
    int term;
    const char *text;
    const char *file;  // Where in the source it is.
    int line;
};
typedef void debug_log_listener(const struct debug_log_line *line);
void debug_log_listen(debug_log_listener *new_listener);

// Writes one line to stderr, in one piece. `topic` is four or five capitals.
//   locks  none needed, none taken; safe under any lock
#define debug_log(topic, server, term, ...)                                    \
    do {                                                                       \
        if (__builtin_expect(debug_log_enabled, 0))                            \
            debug_log_write(__FILE__, __LINE__, topic, server, term,           \
                            __VA_ARGS__);                                      \
    } while (0)

// The same for what the listener hears otherwise: it is printed, no more.
#define debug_log_print(topic, server, term, ...)                              \
    do {                                                                       \
        if (__builtin_expect(debug_log_enabled, 0))                            \
            debug_log_write(NULL, 0, topic, server, term, __VA_ARGS__);        \
    } while (0)

// The times of the lines that follow count from now.
void debug_log_restart(void);

// A time of clock_peek_ns as the log's lines show it.
double debug_log_ms(int64_t clock_ns);

//   file  where in the source it is; NULL: nobody listens to it
void debug_log_write(const char *file, int number, const char *topic,
                     int server, int term, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

#endif
