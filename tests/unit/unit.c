// Runs a unit test under the watchdog that clusters have. The watchdog ends a
// test that hangs, and knows whether the machine was too busy.
#include "tests/unit/unit.h"

#include "rt/clock.h"
#include "tester/watchdog.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

// Unit tests check times to about 20 ms, in which several threads have to run.
#define UNIT_TOO_BUSY_MS 10

// Only the main thread uses it.
static struct watchdog *watchdog;

void unit_run(const char *name, void (*body)(void))
{
    printf("Test (unit): %s ...\n", name);
    current_verdict->too_busy_ms = UNIT_TOO_BUSY_MS;
    int64_t start_ns = clock_now_ns();
    watchdog = watchdog_start();
    body();
    watchdog_stop(watchdog);
    current_verdict->seconds =
        (double)(clock_now_ns() - start_ns) / (1000.0 * NS_PER_MS);
}

pid_t unit_fork(void)
{
    // The verdict is decided already, so an exit fails no test.
    static struct verdict given = { .state = TEST_PASSED };
    watchdog_stop(watchdog);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        verdict_attach(&given);
        signal(SIGABRT, SIG_DFL);
    } else {
        watchdog = watchdog_start();
    }
    return pid;
}
