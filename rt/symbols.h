// Finds the functions and source lines of addresses, in the build's debug
// information. It is slow and allocates: it is for reports of failures.
#ifndef RT_SYMBOLS_H
#define RT_SYMBOLS_H

struct symbols;

// Opens the symbols of the running program and its libraries. NULL if there are
// none. symbols_close closes them.
struct symbols *symbols_open(void);

// Opens the symbols of a shared object that another process has loaded. Its
// addresses count from SYMBOLS_BASE.
struct symbols *symbols_open_object(const char *path);
#define SYMBOLS_BASE 0x10000000UL
void symbols_close(struct symbols *symbols);

struct symbol {
    const char *function;  // "?" if unknown.
    const char *file;      // NULL in a library.
    int line;
};

// Finds the call that returns to this address. The strings live as long as the
// symbols. If symbols is NULL, the function is "?".
struct symbol symbols_find(struct symbols *symbols, const void *return_address);

// Finds the place of frame k of a backtrace(3). The backtrace may have been
// made in a signal handler.
struct symbol symbols_find_frame(struct symbols *symbols, void *const *frames,
                                 int k);

#endif
