// From addresses to functions and source lines, by the debug information of
// the build. Slow, and it allocates: for when something is wrong already.
#ifndef RT_SYMBOLS_H
#define RT_SYMBOLS_H

struct symbols;

// The symbols of the running program and its libraries; NULL if there are none.
struct symbols *symbols_open(void);
void symbols_close(struct symbols *symbols);

struct symbol {
    const char *function;  // "?" if it is not known.
    const char *file;      // NULL outside the program itself: in a library.
    int line;
};

// Where a call that returns to this address stands. The strings live as long
// as the symbols, which may be NULL.
struct symbol symbols_find(struct symbols *symbols, const void *return_address);

// Where frame k of a backtrace(3) stands, which may have been walked in a
// signal handler.
struct symbol symbols_find_frame(struct symbols *symbols, void *const *frames,
                                 int k);

#endif
