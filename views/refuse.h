// Bad input: the one line that a user of the views gets.
#ifndef VIEWS_REFUSE_H
#define VIEWS_REFUSE_H

// Says on stderr, in a line, what is wrong, and exits with 2.
__attribute__((noreturn, format(printf, 1, 2))) void refuse(const char *format,
                                                            ...);

#endif
