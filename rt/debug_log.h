// The debug log, which RAFTLAB_LOG=1 turns on. A line has the time in
// milliseconds, the server, its term, the topic and the text:
//
//     001234.567 S2 T5 VOTE  grants its vote to S0
//
// While the log is off, debug_log does not evaluate its arguments, and costs
// one test of a variable.
#ifndef RT_DEBUG_LOG_H
#define RT_DEBUG_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// True if lines are printed, or if there is a listener. Set while the process
// has one thread.
extern bool debug_log_enabled;

// Sets the listener, which gets each line even if the log is off; NULL removes
// it. To be called while the process has one thread.
struct debug_log_line {
    const char *topic;
    int server;
    int term;
    const char *text;
    const char *file;  // The source line that called debug_log.
    int line;
};
typedef void debug_log_listener(const struct debug_log_line *line);
void debug_log_listen(debug_log_listener *new_listener);

// The compiler takes memory as changed here, with the log and without: the rest
// of the function has the same accesses of memory in both cases.
#define debug_log_barrier() __asm__ volatile("" : : : "memory")

// Writes one line to stderr, in one piece.
//   topic  four or five capital letters
//   locks  takes none; any may be held
#define debug_log(topic, server, term, ...)                                    \
    do {                                                                       \
        if (__builtin_expect(debug_log_enabled, 0)) {                          \
            debug_log_begin();                                                 \
            debug_log_write(__FILE__, __LINE__, topic, server, term,           \
                            __VA_ARGS__);                                      \
        }                                                                      \
        debug_log_barrier();                                                   \
    } while (0)

// Prints the line, but does not pass it to the listener.
#define debug_log_print(topic, server, term, ...)                              \
    do {                                                                       \
        if (__builtin_expect(debug_log_enabled, 0)) {                          \
            debug_log_begin();                                                 \
            debug_log_write(NULL, 0, topic, server, term, __VA_ARGS__);        \
        }                                                                      \
        debug_log_barrier();                                                   \
    } while (0)

// Starts the log's time anew: the times of later lines count from now.
void debug_log_restart(void);

// Converts a time of clock_peek_ns to the log's milliseconds.
double debug_log_ms(int64_t clock_ns);

// Called with true before the arguments of a line are evaluated, and with false
// afterwards; NULL: nobody is called. Set while the process has one thread.
typedef void debug_log_evaluation(bool begins);
extern debug_log_evaluation *debug_log_evaluates;

// Called by the macros above. Between the two, the arguments are evaluated.
void debug_log_begin(void);

//   file  NULL: the line is not passed to the listener
void debug_log_write(const char *file, int number, const char *topic,
                     int server, int term, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

#endif
