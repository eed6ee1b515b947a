#include "grade/request.h"

#include "grade/known.h"
#include "rt/alloc.h"
#include "rt/bad_input.h"
#include "rt/processors.h"

#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char usage[] =
    "usage: grade SUBS --out DIR [options]   grade each folder or archive in "
    "SUBS;\n"
    "                                        what is graded already stays\n"
    "       grade SUBS --out DIR --list      name those that it would grade\n"
    "       grade --merge --out DIR          make the files of the class "
    "again\n"
    "       grade SUBS --merge --out DIR     the same; what SUBS has otherwise "
    "now\n"
    "                                        has no score then\n"
    "       grade --compare OLD NEW          compare two gradings\n"
    "\n"
    "  --points FILE    what each test is worth (default grade/points)\n"
    "  --secret FILE    seeds are drawn from its bytes (default: the grading's "
    "own)\n"
    "  --part 2A        only this part; may be repeated\n"
    "  --only NAME      only this submission, and no files of the class; may "
    "be\n"
    "                   repeated\n"
    "  --jobs N         N submissions side by side (default: one for each "
    "processor)\n"
    "  --cpus N         use N processors (default: all that it may use)\n"
    "  --help           this text\n"
    "\n"
    "exit status: 0 all are graded, 1 some are not, or the two gradings "
    "differ,\n"
    "2 bad request, or a folder or file that cannot be used\n";

static const struct option known[] = {
    { "out", required_argument, NULL, 'o' },
    { "points", required_argument, NULL, 'p' },
    { "secret", required_argument, NULL, 's' },
    { "part", required_argument, NULL, 'P' },
    { "only", required_argument, NULL, 'O' },
    { "jobs", required_argument, NULL, 'j' },
    { "cpus", required_argument, NULL, 'n' },
    { "list", no_argument, NULL, 'l' },
    { "merge", no_argument, NULL, 'm' },
    { "compare", no_argument, NULL, 'c' },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
};

static int read_number(const char *option, const char *text, int most)
{
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || number < 1 ||
        number > most)
        bad_input("grade", "%s wants a number from 1 to %d, not \"%s\"", option,
                  most, text);
    return (int)number;
}

// Adds to a NULL-terminated list. Returns the list.
static const char **add(const char **list, const char *word)
{
    size_t n = 0;
    while (list != NULL && list[n] != NULL)
        n++;
    list = alloc_resize(list, n + 2, sizeof(*list));
    list[n] = word;
    list[n + 1] = NULL;
    return list;
}

static const char *check_part(const char *part)
{
    for (int k = 0; k < KNOWN_PARTS; k++)
        if (strcmp(known_parts[k], part) == 0)
            return part;
    bad_input("grade",
              "--part (make's PART=) wants 2A, 2B, 2C or 2D, not "
              "\"%s\"",
              part);
}

static void read_option(int c, struct request *request, bool *compares)
{
    switch (c) {
    case 'o':
        request->out = optarg;
        break;
    case 'p':
        request->points = optarg;
        break;
    case 's':
        request->secret = optarg;
        break;
    case 'P':
        request->parts = add(request->parts, check_part(optarg));
        break;
    case 'O':
        request->only = add(request->only, optarg);
        break;
    case 'j':
        request->jobs =
            read_number("--jobs (make's JOBS=)", optarg, REQUEST_MAX_JOBS);
        break;
    case 'n':
        request->cpus = read_number("--cpus", optarg, REQUEST_MAX_CPUS);
        break;
    case 'l':
        request->list = true;
        break;
    case 'm':
        request->merge = true;
        break;
    case 'c':
        *compares = true;
        break;
    case 'h':
        fputs(usage, stdout);
        exit(fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_BAD_INPUT);
    default:
        bad_input("grade", "see grade --help");
    }
}

static void check_folder(const char *what, const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0)
        bad_input("grade", "%s \"%s\": %s", what, path, strerror(errno));
    if (!S_ISDIR(status.st_mode))
        bad_input("grade", "%s \"%s\": not a folder", what, path);
}

// Returns the real path of as much of this path as is there; NULL if that
// cannot be told. The caller frees it.
static char *nearest_there(const char *path)
{
    char *copy = alloc_string(path), *at = copy, *real;
    while ((real = realpath(at, NULL)) == NULL && strcmp(at, ".") != 0)
        at = dirname(at);
    free(copy);
    return real;
}

// Results take the places of folders of their names, which must not be the
// submissions.
static void check_apart(const char *subs, const char *out)
{
    char *from = realpath(subs, NULL), *to = nearest_there(out);
    size_t n = from == NULL ? 0 : strlen(from);
    if (n > 0 && to != NULL && strncmp(from, to, n) == 0 &&
        (to[n] == '\0' || to[n] == '/'))
        bad_input("grade",
                  "the results (make's OUT=) would be among the submissions, "
                  "in \"%s\": name a folder outside of it",
                  subs);
    free(from);
    free(to);
}

// The words that are no options: a folder; two, to compare; none, to merge.
static void read_folders(struct request *request, char **words, int n,
                         bool compares)
{
    int most = compares ? 2 : 1, least = request->merge ? 0 : most;
    if (n < least || n > most)
        bad_input("grade", "wants %s; see grade --help",
                  compares ? "two gradings to compare"
                           : "one folder of submissions");
    if (compares) {
        request->old_out = words[0];
        request->new_out = words[1];
        return;
    }
    if (request->out == NULL)
        bad_input("grade", "wants --out DIR, the folder for the results");
    if (n == 0)
        return;
    request->subs = words[0];
    check_folder("the submissions (make's SUBS=)", request->subs);
    check_apart(request->subs, request->out);
}

struct request request_of(int argc, char **argv)
{
    struct request request = {
        .points = "grade/points",
        .cpus = processors_count(),
    };
    bool compares = false;
    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;)
        read_option(c, &request, &compares);
    if (request.jobs == 0)
        request.jobs =
            request.cpus < REQUEST_MAX_JOBS ? request.cpus : REQUEST_MAX_JOBS;
    read_folders(&request, argv + optind, argc - optind, compares);
    return request;
}
