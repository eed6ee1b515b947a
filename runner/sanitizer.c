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
    // The first report ends its test; a test without one does not wait for a
    // second, as programs otherwise do, in case there will be one.
    return "halt_on_error=1:second_deadlock_stack=1:atexit_sleep_ms=0"
           ":report_signal_unsafe=0"
           ":exitcode=" TEXT(EXIT_TSAN);
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
