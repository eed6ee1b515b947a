// The program `shrink`: makes a failing run smaller, and writes its tape.
#include "rt/bad_input.h"
#include "runner/output.h"
#include "runner/result.h"
#include "runner/taping.h"
#include "shrink/search.h"
#include "tester/verdict.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_SIBLINGS 5
#define LINE          200  // Bytes of a message.

static volatile sig_atomic_t stopped_by;  // A signal; 0: none.

static void note_stop(int signal_number)
{
    stopped_by = signal_number;
}

static bool is_stopped(void)
{
    return stopped_by != 0;
}

// The first signal ends the search, a second one the program. A signal that is
// ignored since the program's start (by nohup) stays ignored.
static void listen_for_stop(int signal_number)
{
    struct sigaction action = { .sa_handler = note_stop,
                                .sa_flags = SA_RESTART | (int)SA_RESETHAND };
    struct sigaction old;
    sigaction(signal_number, NULL, &old);
    if (old.sa_handler != SIG_IGN)
        sigaction(signal_number, &action, NULL);
}

// Ends the program as the signal would have done.
static int end_by_signal(void)
{
    fflush(stdout);
    signal(stopped_by, SIG_DFL);
    raise(stopped_by);
    return EXIT_FAILURE;
}

// Prints 18745 as "18,745".
static void put_number(uint64_t number)
{
    if (number >= 1000) {
        put_number(number / 1000);
        printf(",%03d", (int)(number % 1000));
    } else {
        printf("%d", (int)number);
    }
}

// Prints "3 faults", "1 fault" or "no fault".
static void put_count(uint64_t count, const char *one, const char *many)
{
    if (count == 0)
        printf("no %s", one);
    else
        put_number(count);
    if (count > 0)
        printf(" %s", count == 1 ? one : many);
}

static void put_run(const struct found *run)
{
    put_count((uint64_t)run->counts.rpcs, "RPC", "RPCs");
    printf(", ");
    put_count((uint64_t)run->counts.faults, "fault", "faults");
    printf(", ");
    put_count(run->switches, "switch that is not forced",
              "switches that are not forced");
    printf(", %.2f s", (double)run->counts.end_ns / 1e9);
}

static void put_message(const char *message)
{
    struct result result = { .message = (char *)message };
    result_print_summary(&result, LINE, stdout);
    putchar('\n');
}

static void put_siblings(const struct search *search)
{
    for (int i = 0; i < search->n_siblings && i < MOST_SIBLINGS; i++) {
        const struct sibling *sibling = &search->siblings[i];
        printf("%s%d of the runs failed otherwise: ", i == 0 ? "\n" : "",
               sibling->n_runs);
        put_message(sibling->message);
    }
    if (search->n_siblings > MOST_SIBLINGS)
        printf("and %d more kinds of failures\n",
               search->n_siblings - MOST_SIBLINGS);
}

static void show_progress(const struct search *search)
{
    if (search->trials->n_runs % 50 == 0) {
        printf("\r\033[K%d runs", search->trials->n_runs);
        fflush(stdout);
    }
}

// Does the message say that nothing goes on? An edited tape can lose or delay
// so much that a right Raft makes no progress, either.
static bool is_of_progress(const char *message)
{
    static const char *const texts[] = {
        "did not agree",    "found none",    " servers applied index ",
        "accepted command", "has not ended", " s after the last fault",
        " has not come"
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strstr(message, texts[i]) != NULL)
            return true;
    }
    return false;
}

static void report(const struct search *search)
{
    put_message(search->message);
    printf("  was: ");
    put_run(&search->first);
    printf("\n  is:  ");
    put_run(&search->best);
    printf("\n       by ");
    put_number((uint64_t)search->trials->n_runs);
    puts(is_stopped() ? " runs; stopped, a smaller one may exist" : " runs");
    if (is_of_progress(search->message))
        puts("\nThis is a failure of progress. See what is lost or late: no "
             "Raft could\ngo on if that is too much.");
    put_siblings(search);
}

static void check_options(const struct options *options)
{
    if (options->save_tape == NULL)
        bad_input("shrink", "--save-tape names the file for the tape");
}

int main(int argc, char **argv)
{
    struct options options = options_read(argc, argv);
    check_options(&options);
    test_limit_s = options.limit_s;

    listen_for_stop(SIGINT);
    listen_for_stop(SIGTERM);
    struct search search;
    if (!search_begin(&search, &options))
        bad_input("shrink",
                  "%s/%s passes with this seed or tape: there is "
                  "nothing to shrink",
                  options.tests[0]->suite, options.tests[0]->name);
    if (search.trials->result.outcome == INCONCLUSIVE) {
        put_message(search.message);
        return output_end(EXIT_INCONCLUSIVE);
    }
    if (search.trials->was_killed)
        bad_input("shrink",
                  "the run %s: one that takes so long cannot be shrunk",
                  search.message);
    bool to_terminal = isatty(STDOUT_FILENO);
    search.progress = to_terminal ? show_progress : NULL;
    search.is_stopped = is_stopped;
    search_run(&search);
    if (to_terminal)
        fputs("\r\033[K", stdout);
    report(&search);
    options.first_seed = search.best.seed;
    bool written = taping_write(&options, search.best.tape, "shrunk");
    search_end(&search);
    options_free(&options);
    if (written && is_stopped())
        return end_by_signal();
    return output_end(written ? EXIT_SUCCESS : EXIT_BAD_INPUT);
}
