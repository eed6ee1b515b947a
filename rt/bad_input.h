// Refuses bad input, as all of our programs do.
#ifndef RT_BAD_INPUT_H
#define RT_BAD_INPUT_H

// The exit status for bad input.
#define EXIT_BAD_INPUT 2

// Prints one line to stderr, which says what is wrong with the input, and what
// would be right. Ends the program with EXIT_BAD_INPUT.
//   program  its name, which begins the line
__attribute__((format(printf, 2, 3))) _Noreturn void bad_input(
    const char *program, const char *format, ...);

#endif
