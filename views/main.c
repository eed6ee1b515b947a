// view: shows the record of a run in the terminal, or exports it.
//
//   view summary [--no-verdict] RECORD
//   view columns [--servers 0,2] [--topics votes,log] [--width N] RECORD
//   view perfetto RECORD
//   view shiviz RECORD
//
// Exit status 2 and one line on stderr for bad input.
#include "rt/bad_input.h"
#include "views/columns.h"
#include "views/perfetto.h"
#include "views/run.h"
#include "views/shiviz.h"
#include "views/summary.h"

#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FEWEST_COLUMNS 40

static int number(const char *option, const char *text, int least, int most)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (*text == 0 || *end != 0 || errno != 0 || value < least || value > most)
        bad_input("raftlab", "%s: wants a number from %d to %d, not \"%s\"",
                  option, least, most, text);
    return (int)value;
}

static unsigned topics_in(char *list)
{
    unsigned topics = 0;
    for (char *name = strtok(list, ", "); name != NULL;
         name = strtok(NULL, ", ")) {
        if (topic_named(name) == 0)
            bad_input(
                "raftlab",
                "--topics: there is no \"%s\"; there are acts, votes, entries, "
                "heartbeats, snapshots, saves, applies, losses and log",
                name);
        topics |= topic_named(name);
    }
    return topics;
}

static unsigned long servers_in(char *list)
{
    unsigned long servers = 0;
    for (char *word = strtok(list, ", "); word != NULL;
         word = strtok(NULL, ", "))
        servers |= 1UL << number("--servers", word, 0, 63);
    return servers;
}

static int terminal_columns(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
        size.ws_col >= FEWEST_COLUMNS)
        return size.ws_col;
    return 80;
}

static bool wants_colour(void)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && (no_color == NULL || *no_color == 0) &&
           term != NULL && strcmp(term, "dumb") != 0;
}

static struct columns_options read_options(int argc, char **argv,
                                           bool *with_verdict)
{
    static const struct option known[] = {
        { "servers", required_argument, NULL, 's' },
        { "topics", required_argument, NULL, 't' },
        { "width", required_argument, NULL, 'w' },
        { "no-verdict", no_argument, NULL, 'v' },
        { 0 },
    };
    struct columns_options options = { .width = terminal_columns(),
                                       .in_colour = wants_colour(),
                                       .topics = ALL_TOPICS,
                                       .servers = ~0UL };
    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (c == 's')
            options.servers = servers_in(optarg);
        else if (c == 't')
            options.topics = topics_in(optarg);
        else if (c == 'w')
            options.width = number("--width", optarg, FEWEST_COLUMNS, 10000);
        else if (c == 'v')
            *with_verdict = false;
        else
            exit(2);
    }
    return options;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    setlocale(LC_CTYPE, "C.UTF-8");  // For the widths of characters.
    bool with_verdict = true;
    struct columns_options options = read_options(argc, argv, &with_verdict);
    if (argc - optind != 2)
        bad_input("raftlab",
                  "wants: view KIND RECORD; the kinds are summary, columns, "
                  "perfetto and shiviz");
    const char *kind = argv[optind];
    bool summary = strcmp(kind, "summary") == 0;
    bool perfetto = strcmp(kind, "perfetto") == 0;
    bool shiviz = strcmp(kind, "shiviz") == 0;
    if (!summary && !perfetto && !shiviz && strcmp(kind, "columns") != 0)
        bad_input(
            "raftlab",
            "there is no view \"%s\"; there are summary, columns, perfetto "
            "and shiviz",
            kind);
    struct run *run = run_read(argv[optind + 1]);
    if (summary)
        summary_print(run, with_verdict, stdout);
    else if (perfetto)
        perfetto_print(run, stdout);
    else if (shiviz)
        shiviz_print(run, stdout);
    else
        columns_print(run, &options, stdout);
    run_free(run);
    // A closed pipe is no error: its reader has seen enough.
    if (fclose(stdout) != 0 && errno != EPIPE)
        bad_input("raftlab", "the output cannot be written: %s",
                  strerror(errno));
    return 0;
}
