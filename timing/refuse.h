// Reports bad input.
#ifndef TIMING_REFUSE_H
#define TIMING_REFUSE_H

// The exit status for bad input.
#define EXIT_BAD_INPUT 2

// Prints one line to stderr that says what is wrong, and ends the program.
__attribute__((format(printf, 1, 2))) _Noreturn void timing_refuse(
    const char *format, ...);

#endif
