// Parses Criterion's command line, and builds it again with reports that go to
// memory first.
#include "runner/criterion_args.h"

#include "rt/alloc.h"
#include "rt/clean.h"
#include "runner/options.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_PORT      65535
#define MAX_VERBOSITY 100

static const char *const formats[] = { "xml", "tap", "json" };

#define N_FORMATS ((int)(sizeof formats / sizeof formats[0]))

// A long option has the value of the short one that means the same, or a number
// of its own. formats[i] has REPORT + i.
enum { OTHER = 1000, REPORT };

static const struct option long_options[] = {
    { "help", no_argument, NULL, 'h' },
    { "quiet", no_argument, NULL, 'q' },
    { "version", no_argument, NULL, 'v' },
    { "list", no_argument, NULL, 'l' },
    { "jobs", required_argument, NULL, 'j' },
    { "fail-fast", no_argument, NULL, 'f' },
    { "color", required_argument, NULL, OTHER },
    { "encoding", required_argument, NULL, OTHER },
    { "ascii", no_argument, NULL, OTHER },
    { "short-filename", no_argument, NULL, 'S' },
    { "filter", required_argument, NULL, OTHER },
    { "timeout", required_argument, NULL, OTHER },
    { "xml", optional_argument, NULL, REPORT },
    { "tap", optional_argument, NULL, REPORT + 1 },
    { "json", optional_argument, NULL, REPORT + 2 },
    { "always-succeed", no_argument, NULL, OTHER },
    { "verbose", optional_argument, NULL, OTHER },
    { "crash", no_argument, NULL, OTHER },
    { "debug", optional_argument, NULL, OTHER },
    { "debug-transport", required_argument, NULL, OTHER },
    { "full-stats", no_argument, NULL, OTHER },
    { "ignore-warnings", no_argument, NULL, OTHER },
    { "output", required_argument, NULL, 'O' },
    { NULL, 0, NULL, 0 },
};

// Adds an argument, and takes it over.
static void add(struct criterion_args *options, char *argument)
{
    options->argv = alloc_resize(options->argv, (size_t)options->argc + 2,
                                 sizeof(*options->argv));
    options->argv[options->argc++] = argument;
    options->argv[options->argc] = NULL;
}

// Opens a report's file. Does not wait for a reader if it is a pipe.
static int open_report(const char *format, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
    if (fd < 0)
        bad_input("lab", "--%s wants a file to write to, not \"%s\": %s",
                  format, path,
                  errno == ENXIO ? "nobody reads it" : strerror(errno));
    fcntl(fd, F_SETFL, 0);
    return fd;
}

// Refuses a second report to the same file.
static void refuse_if_taken(const struct criterion_args *options,
                            const char *path, int fd)
{
    struct stat file, other;
    if (fstat(fd, &file) != 0 || !S_ISREG(file.st_mode))
        return;
    for (int i = 0; i < options->n_reports; i++) {
        if (fstat(options->report[i].file_fd, &other) == 0 &&
            other.st_dev == file.st_dev && other.st_ino == file.st_ino)
            bad_input("lab",
                      "no report can go to \"%s\": another report goes "
                      "there",
                      path);
    }
}

static void add_report(struct criterion_args *options, const char *format,
                       const char *path)
{
    if (path == NULL || strcmp(path, "-") == 0) {
        add(options, alloc_format("--%s", format));  // To stderr.
        return;
    }
    if (options->n_reports == MAX_REPORTS)
        bad_input("lab", "at most %d reports", MAX_REPORTS);
    int fd = open_report(format, path);
    refuse_if_taken(options, path, fd);
    int memory_fd = memfd_create("report", MFD_CLOEXEC);
    if (memory_fd < 0)
        bad_input("lab", "no memory for a report: %s", strerror(errno));
    options->report[options->n_reports++] =
        (struct criterion_report){ path, fd, memory_fd };
    add(options, alloc_format("--%s=/proc/self/fd/%d", format, memory_fd));
}

// "xml:report.xml"
static void add_output(struct criterion_args *options, const char *source,
                       const char *output)
{
    const char *colon = strchr(output, ':');
    for (int i = 0; colon != NULL && i < N_FORMATS; i++) {
        size_t len = strlen(formats[i]);
        if (len == (size_t)(colon - output) &&
            strncmp(output, formats[i], len) == 0) {
            add_report(options, formats[i], colon + 1);
            return;
        }
    }
    bad_input("lab", "%s wants xml:FILE, tap:FILE or json:FILE, not \"%s\"",
              source, output);
}

static void check_timeout(const char *text)
{
    char *end;
    double number = strtod(text, &end);
    if (end == text || *end != '\0' || !(number > 0))
        bad_input("lab", "--timeout wants a number of seconds, not \"%s\"",
                  text);
}

static void check_transport(const char *text)
{
    if (strncmp(text, "tcp:", 4) != 0)
        bad_input("lab", "--debug-transport wants tcp:PORT, not \"%s\"", text);
    options_number("--debug-transport=tcp:", text + 4, MAX_PORT);
}

// Refuses bad values: Criterion would take a text that is no number for 0, and
// ignore a word that it does not know.
static void check_value(const char *name, const char *value)
{
    if (strcmp(name, "jobs") == 0)
        options_number("--jobs", value, MAX_JOBS);
    else if (strcmp(name, "timeout") == 0)
        check_timeout(value);
    else if (strcmp(name, "debug-transport") == 0)
        check_transport(value);
    else if (strcmp(name, "verbose") == 0 && strcmp(value, "0") != 0)
        options_number("--verbose", value, MAX_VERBOSITY);
}

static void add_other(struct criterion_args *options, int option,
                      const struct option *found)
{
    if (optarg != NULL)
        check_value(found != NULL ? found->name : "jobs", optarg);

    const char *equals = optarg != NULL ? "=" : "";
    const char *value = optarg != NULL ? optarg : "";
    if (found != NULL)
        add(options, alloc_format("--%s%s%s", found->name, equals, value));
    else
        add(options, alloc_format("-%c%s", option, value));
}

static void read_option(struct criterion_args *options, int option,
                        const struct option *found, char **argv)
{
    if (option == ':')
        bad_input("lab", "%s wants a value; see --criterion --help",
                  argv[optind - 1]);
    if (option == '?')
        bad_input("lab", "unknown option \"%s\"; see --criterion --help",
                  argv[optind - 1]);
    if (option == 'O')
        add_output(options, "--output", optarg);
    else if (option >= REPORT)
        add_report(options, formats[option - REPORT], optarg);
    else
        add_other(options, option, found);
}

// Reads the environment's variables as Criterion would: reports, which become
// options, and a number.
static void read_environment(struct criterion_args *options)
{
    const char *jobs = getenv("CRITERION_JOBS");
    if (jobs != NULL)
        options_number("CRITERION_JOBS", jobs, MAX_JOBS);

    const char *tap = getenv("CRITERION_ENABLE_TAP");
    if (tap != NULL && strcmp(tap, "1") == 0)
        add_report(options, "tap", NULL);
    unsetenv("CRITERION_ENABLE_TAP");

    const char *variable = "CRITERION_OUTPUTS";
    char *outputs = getenv(variable);
    if (outputs == NULL)
        return;
    outputs = alloc_string(outputs);  // The reports' paths point into the copy.
    unsetenv(variable);
    for (char *next = outputs; next != NULL;)
        add_output(options, variable, strsep(&next, ","));
    options->outputs = outputs;
}

struct criterion_args criterion_args_read(int argc, char **argv)
{
    struct criterion_args options = { 0 };
    add(&options, alloc_string(argv[0]));
    read_environment(&options);
    int option, at = -1;
    while ((option = getopt_long(argc, argv, ":hqvlj:fSO:", long_options,
                                 &at)) != -1) {
        read_option(&options, option, at >= 0 ? &long_options[at] : NULL, argv);
        at = -1;
    }
    if (optind < argc)
        bad_input("lab",
                  "unexpected \"%s\"; choose tests with --filter "
                  "'SUITE/TEST'",
                  argv[optind]);
    optind = 0;  // Criterion calls getopt again.
    return options;
}

static bool write_all(int fd, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t written = write(fd, text, size);
        if (written <= 0)
            return false;
        text += written;
        size -= (size_t)written;
    }
    return true;
}

// Copies a report from memory to its file. False, with errno set, if that
// fails.
static bool write_report(const struct criterion_report *report)
{
    off_t size = lseek(report->memory_fd, 0, SEEK_END);
    char *text = alloc((size_t)size + 1);
    bool done = pread(report->memory_fd, text, (size_t)size, 0) == size;
    clean_text(text, (size_t)size);
    if (ftruncate(report->file_fd, 0) != 0)
        errno = 0;  // A pipe or a device cannot be truncated.
    done = done && write_all(report->file_fd, text, (size_t)size);
    free(text);
    int error = errno;
    done = close(report->file_fd) == 0 && done;
    close(report->memory_fd);
    errno = error;
    return done;
}

bool criterion_args_end(struct criterion_args *options)
{
    bool done = true;
    for (int i = 0; i < options->n_reports; i++) {
        if (write_report(&options->report[i]))
            continue;
        fprintf(stderr, "lab: the report %s could not be written: %s\n",
                options->report[i].path, strerror(errno));
        done = false;
    }
    for (int i = 0; i < options->argc; i++)
        free(options->argv[i]);
    free(options->argv);
    free(options->outputs);
    return done;
}
