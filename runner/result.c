// Judges a run by its verdict, and by how its process ended.
#include "runner/result.h"

#include "rt/alloc.h"
#include "rt/clean.h"
#include "runner/cause.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

const char *result_word(enum outcome outcome)
{
    return outcome == PASSED   ? "passed"
           : outcome == FAILED ? "failed"
                               : "inconclusive";
}

// Describes when the process ended: during the test, or after it.
static const char *describe_moment(const struct verdict *verdict)
{
    return verdict->state == TEST_PASSED ? "after the test had passed"
                                         : "in the middle of the test";
}

// Describes the end of a process whose verdict does not explain it.
static char *describe_ending(const struct verdict *verdict,
                             struct ending ending)
{
    if (ending.out_of_time)
        return alloc_format("exceeded its limit of %d s by %d s: killed",
                            ending.limit_s, ending.grace_s);
    if (ending.sent_signal != 0)
        return alloc_format("sent signal %d (%s) to the runner: killed",
                            ending.sent_signal, strsignal(ending.sent_signal));
    if (WIFSIGNALED(ending.wait_status)) {
        int number = WTERMSIG(ending.wait_status);
        // Other crashes the tester describes itself, with a stack.
        bool no_stack = number == SIGSEGV && verdict->state == TEST_RUNNING;
        return alloc_format("killed by signal %d (%s) %s%s", number,
                            strsignal(number), describe_moment(verdict),
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
                            describe_moment(verdict));
    }
}

// Copies a text of the verdict, made safe for a terminal: it may quote a Raft's
// bytes.
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

// Adds that the machine was too busy, unless the message says so already.
static char *add_busy_note(char *message, const struct verdict *verdict)
{
    if (strstr(message, "too busy") != NULL)
        return message;
    char *longer =
        verdict_has_waited(verdict)
            ? alloc_format("%s\nthe machine was too busy: a server had to "
                           "wait %d ms for a processor",
                           message, verdict->wait_ms)
            : alloc_format("%s\nthe machine was too busy: a short sleep came "
                           "back %d ms late",
                           message, verdict->late_ms);
    free(message);
    return longer;
}

// Did the process crash or exit? Not if a check failed, a sanitizer reported
// something, or it took too long.
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
    // A NaN is out of the range, too.
    return seconds >= 0 && seconds <= 1e6 ? seconds : 0;
}

static int sane_count(int count)
{
    return count > 0 ? count : 0;
}

// Can the machine's lateness have failed the test? It can make a check fail, or
// a test take too long, but no process crash or exit. And not if the process
// itself held too much, because that makes the machine late.
static bool is_by_lateness(const struct verdict *verdict, struct ending ending)
{
    bool found =
        verdict->state == TEST_FAILED && !verdict->died && !verdict->is_certain;
    return (found || ending.out_of_time) && !ending.simulated &&
           verdict->shortage.state != SHORTAGE_BY_ITSELF &&
           verdict_was_late(verdict);
}

// Do systems and their services end programs by this signal?
static bool is_of_system(int number)
{
    return number == SIGKILL || number == SIGTERM || number == SIGHUP ||
           number == SIGINT;
}

// Was it killed, not by the runner or by itself? Then it was the system, or one
// of its services: by SIGKILL, because memory ran out; by another signal,
// because the runner is to end, too.
static bool is_killed_from_outside(const struct verdict *verdict,
                                   struct ending ending)
{
    return WIFSIGNALED(ending.wait_status) &&
           is_of_system(WTERMSIG(ending.wait_status)) && !ending.out_of_time &&
           ending.sent_signal == 0 && !verdict->killed_itself;
}

// Makes the result inconclusive. Takes over the text.
static void blame_host(struct result *result, char *text)
{
    free(result->message);
    result->message = text;
    result->outcome = INCONCLUSIVE;
    result->died = false;
}

// Makes the result a failure of the process. Takes over the text.
static void blame_process(struct result *result, char *text)
{
    char *longer = alloc_format("%s\n%s", result->message, text);
    free(result->message);
    free(text);
    result->message = longer;
}

// Decides whose fault the failure is, if the system refused something: the
// machine's, which has too little, or the process's, which holds too much.
static void judge_shortage(struct result *result, const struct verdict *verdict,
                           struct ending ending)
{
    const struct shortage *shortage = &verdict->shortage;
    if (shortage->state == SHORTAGE_OF_HOST)
        blame_host(result, clean(shortage->text, sizeof shortage->text));
    else if (shortage->state == SHORTAGE_BY_ITSELF)
        blame_process(result, clean(shortage->text, sizeof shortage->text));
    else if (!is_killed_from_outside(verdict, ending))
        return;
    else if (ending.memory_kb > SHORTAGE_MAX_MB * 1024L)
        blame_process(result, alloc_format("the process had %ld MB of memory",
                                           ending.memory_kb / 1024));
    else if (WTERMSIG(ending.wait_status) != SIGKILL)
        blame_host(result,
                   alloc_format("killed from outside (SIG%s)",
                                sigabbrev_np(WTERMSIG(ending.wait_status))));
    else
        blame_host(result,
                   alloc_string("killed from outside (SIGKILL), as the system "
                                "does when memory runs out: add some, raise "
                                "the limit of the control group (memory.max), "
                                "or run fewer tests side by side (JOBS=)"));
}

struct result result_judge(const struct verdict *verdict, struct ending ending)
{
    struct result result = {
        .seconds = sane_seconds(verdict->seconds),
        .servers = sane_count(verdict->servers),
        .rpcs = sane_count(verdict->rpcs),
        .bytes = verdict->bytes > 0 ? verdict->bytes : 0,
        .commands = sane_count(verdict->commands),
        .saves = sane_count(verdict->saves),
        .hash = verdict->hash,
        .points = verdict->points,
        .cpu_s = ending.cpu_s,
        .memory_kb = ending.memory_kb,
        .late_ms = sane_count(verdict->late_ms),
    };
    bool ended_well = WIFEXITED(ending.wait_status) &&
                      WEXITSTATUS(ending.wait_status) == 0 &&
                      ending.sent_signal == 0;
    if (verdict->state == TEST_PASSED && ended_well) {
        result.outcome = PASSED;
        bool late = !ending.simulated && verdict_was_late(verdict);
        if (verdict->warning[0] != '\0' && !late)
            result.warning = clean(verdict->warning, sizeof verdict->warning);
        return result;
    }

    result.died = has_died(verdict, ending);
    bool explained = verdict->state == TEST_FAILED;
    result.message = explained
                         ? clean(verdict->message, sizeof verdict->message)
                         : describe_ending(verdict, ending);

    result.outcome = FAILED;
    if (is_by_lateness(verdict, ending)) {
        result.outcome = INCONCLUSIVE;
        result.message = add_busy_note(result.message, verdict);
    }
    judge_shortage(&result, verdict, ending);
    return result;
}

struct result result_not_started(int error)
{
    const char *text = shortage_text();
    return (struct result){
        .outcome = INCONCLUSIVE,
        .message = alloc_format("could not be started: %s",
                                text != NULL ? text : strerror(error)),
    };
}

void result_free(struct result *result)
{
    free(result->message);
    free(result->warning);
    free(result->words);
    free(result->log);
    free(result->record);
    free(result->page);
    *result = (struct result){ 0 };
}

void result_keep_failure(struct result *result, const char *test,
                         const char *message)
{
    if (result->outcome == FAILED)
        return;
    if (result->outcome != NOT_RUN)
        fprintf(stderr,
                "lab: a run of %s has failed, and has not when it ran again\n",
                test);
    free(result->message);
    result->outcome = FAILED;
    result->message = alloc_string(message);
}

void result_print(const struct result *result, FILE *to)
{
    fprintf(to, "  ... %s -- ",
            result->outcome == FAILED ? "FAILED" : "INCONCLUSIVE");
    for (const char *c = result->message; *c != '\0'; c++) {
        fputc(*c, to);
        if (*c == '\n')
            fputs("      ", to);
    }
    fputc('\n', to);
}

void result_print_summary(const struct result *result, int limit, FILE *to)
{
    const char *text = result->message;
    int len = (int)strcspn(text, "\n");
    bool fits = len <= limit;
    int shown = fits ? len : limit;
    while (!fits && shown > 0 && ((unsigned char)text[shown] & 0xc0) == 0x80)
        shown--;  // No character is cut.
    fprintf(to, "%.*s%s", shown, text, fits ? "" : "...");
}

char *result_signature(const struct result *result)
{
    return cause_signature(result->outcome == FAILED, result->message,
                           result->words);
}
