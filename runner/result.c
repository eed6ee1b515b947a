// Judges a run from outside: by what its process wrote into its verdict, and
// by how that process ended.
#include "runner/result.h"

#include "rt/alloc.h"
#include "runner/clean.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

// Where the test was when its process ended.
static const char *moment(const struct verdict *verdict)
{
    return verdict->state == TEST_PASSED ? "after the test had passed"
                                         : "in the middle of the test";
}

// Says what became of a process whose verdict does not explain its end.
static char *describe_ending(const struct verdict *verdict,
                             struct ending ending)
{
    if (ending.out_of_time)
        return alloc_format("exceeded its limit of %d s by %d s: killed",
                            ending.limit_s, ending.grace_s);
    if (WIFSIGNALED(ending.wait_status)) {
        int number = WTERMSIG(ending.wait_status);
        // The tester explains any other fault itself, on the stack it finds.
        bool no_stack = number == SIGSEGV && verdict->state == TEST_RUNNING;
        return alloc_format("killed by signal %d (%s) %s%s", number,
                            strsignal(number), moment(verdict),
                            no_stack ? ", probably by a stack overflow: does "
                                       "a function call itself for ever?"
                                     : "");
    }
    int status = WEXITSTATUS(ending.wait_status);
    switch (status) {
    case EXIT_TSAN:
        return alloc_string("ThreadSanitizer reported a data race or another "
                            "error: its report is in the test's output");
    case EXIT_ASAN:
        return alloc_string("AddressSanitizer, LeakSanitizer or "
                            "UndefinedBehaviorSanitizer reported an error: its "
                            "report is in the test's output");
    default:
        return alloc_format("the process exited with status %d %s", status,
                            moment(verdict));
    }
}

// A text of the verdict's, fit for a terminal: a test may quote bytes that
// a Raft made up.
static char *clean(const char *text, size_t size)
{
    size_t len = strnlen(text, size);
    while (len > 0 && text[len - 1] == '\n')
        len--;
    if (len == 0)
        return alloc_string("the test gave no reason");

    char *message = alloc(len + 1);
    memcpy(message, text, len);
    clean_text(message, len);
    return message;
}

// Adds that the machine was too busy, unless the message tells it already.
static char *add_busy_note(char *message, int late_ms)
{
    if (strstr(message, "too busy") != NULL)
        return message;
    char *longer = alloc_format("%s\nthe machine was too busy: a 10 ms sleep "
                                "came back %d ms late",
                                message, late_ms);
    free(message);
    return longer;
}

// Did the process end of itself, neither by what its test found, nor by a
// sanitizer's report, nor because it took too long?
static bool has_died(const struct verdict *verdict, struct ending ending)
{
    if (verdict->state == TEST_FAILED)
        return verdict->died;
    int status = ending.wait_status;
    bool reported = WIFEXITED(status) && (WEXITSTATUS(status) == EXIT_TSAN ||
                                          WEXITSTATUS(status) == EXIT_ASAN);
    return !reported && !ending.out_of_time;
}

static double sane_seconds(double seconds)
{
    // A NaN is not in the range either.
    return seconds >= 0 && seconds <= 1e6 ? seconds : 0;
}

static int sane_count(int count)
{
    return count > 0 ? count : 0;
}

struct result result_judge(const struct verdict *verdict, struct ending ending)
{
    struct result result = {
        .seconds = sane_seconds(verdict->seconds),
        .servers = sane_count(verdict->servers),
        .rpcs = sane_count(verdict->rpcs),
        .bytes = verdict->bytes > 0 ? verdict->bytes : 0,
        .commands = sane_count(verdict->commands),
        .hash = verdict->hash,
    };
    bool ended_well =
        WIFEXITED(ending.wait_status) && WEXITSTATUS(ending.wait_status) == 0;
    if (verdict->state == TEST_PASSED && ended_well) {
        result.outcome = PASSED;
        if (verdict->warning[0] != '\0' && !verdict_was_late(verdict))
            result.warning = clean(verdict->warning, sizeof verdict->warning);
        return result;
    }

    result.died = has_died(verdict, ending);
    bool explained = verdict->state == TEST_FAILED;
    result.message = explained
                         ? clean(verdict->message, sizeof verdict->message)
                         : describe_ending(verdict, ending);

    // A process that died of itself may do so on a busy machine, too. Only
    // what the test found, or what took too long, can be the machine's fault.
    bool machines_fault = verdict_is_inconclusive(verdict) ||
                          (ending.out_of_time && verdict_was_late(verdict));
    result.outcome = machines_fault ? INCONCLUSIVE : FAILED;
    if (machines_fault)
        result.message = add_busy_note(result.message, verdict->late_ms);
    return result;
}

struct result result_not_started(int error)
{
    return (struct result){
        .outcome = INCONCLUSIVE,
        .message = alloc_format("could not be started: %s", strerror(error)),
    };
}

void result_free(struct result *result)
{
    free(result->message);
    free(result->warning);
    free(result->log);
    *result = (struct result){ 0 };
}

void result_print(const struct result *result, FILE *to)
{
    fputs("  ... FAILED -- ", to);
    for (const char *c = result->message; *c != '\0'; c++) {
        fputc(*c, to);
        if (*c == '\n')
            fputs("      ", to);
    }
    fputc('\n', to);
}

void result_print_summary(const struct result *result, int limit, FILE *to)
{
    int len = (int)strcspn(result->message, "\n");
    bool fits = len <= limit;
    fprintf(to, "%.*s%s", fits ? len : limit, result->message,
            fits ? "" : "...");
}
