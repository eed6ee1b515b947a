// What the sanitizers do when nobody says otherwise (ASAN_OPTIONS and its
// like still have the last word): they end a test with a status that
// result_judge knows. Without a sanitizer nobody calls these functions.
#include "runner/result.h"

#include <stddef.h>

#define TEXT_OF(number) #number
#define TEXT(number)    TEXT_OF(number)

// Only there if the program is linked with ThreadSanitizer.
extern void __tsan_init(void) __attribute__((weak));

const char *__tsan_default_options(void);
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

const char *__tsan_default_options(void)
{
    // A report at the end of a test comes at once, not after a second's wait
    // for more.
    return "exitcode=" TEXT(EXIT_TSAN) ":atexit_sleep_ms=0";
}

const char *__asan_default_options(void)
{
    return "exitcode=" TEXT(EXIT_ASAN);
}

const char *__ubsan_default_options(void)
{
    // Clang's ThreadSanitizer reads these, too, and shares the exit status.
    if (__tsan_init != NULL)
        return "print_stacktrace=1";
    return "exitcode=" TEXT(EXIT_ASAN) ":halt_on_error=1:print_stacktrace=1";
}
