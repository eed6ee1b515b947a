// The sanitizers' default options, which ASAN_OPTIONS and its like override: a
// report ends the test with an exit status that result_judge knows. A program
// without a sanitizer does not call these functions.
#include "runner/result.h"

#include <stddef.h>

#define TEXT_OF(number) #number
#define TEXT(number)    TEXT_OF(number)

// NULL if the program is not linked with ThreadSanitizer.
extern void __tsan_init(void) __attribute__((weak));

const char *__tsan_default_options(void);
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

const char *__tsan_default_options(void)
{
    // The first report ends its test. A test without a report does not sleep
    // for a second at its exit, which is the default.
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
    // Clang's ThreadSanitizer reads these options and their exit status, too.
    if (__tsan_init != NULL)
        return "print_stacktrace=1";
    return "exitcode=" TEXT(EXIT_ASAN) ":halt_on_error=1:print_stacktrace=1";
}
