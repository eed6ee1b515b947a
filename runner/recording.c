#include "runner/recording.h"

#include "rt/alloc.h"
#include "runner/output.h"
#include "runner/program.h"
#include "runner/world.h"
#include "tester/telling.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Some 40,000 events in real time, where every run takes memory for them;
// some millions in virtual time.
#define REAL_BYTES    ((size_t)8 << 20)
#define VIRTUAL_BYTES ((size_t)1 << 30)

void recording_prepare(struct recording *recording,
                       const struct options *options, bool again)
{
    bool wanted = !world_is_simulated || options->records != NULL || again;
    if (!wanted)
        return;
    if (recording->record == NULL)
        recording->record =
            record_make(world_is_simulated ? VIRTUAL_BYTES : REAL_BYTES);
    if (recording->record != NULL)
        record_clear(recording->record);
    else if (options->records != NULL || again)
        fprintf(stderr, "lab: no memory for the record: %s\n", strerror(errno));
}

void recording_start(const struct recording *recording)
{
    if (recording->record != NULL)
        test_listen(record_reader(recording->record));
}

void recording_free(struct recording *recording)
{
    if (recording->record != NULL)
        record_free(recording->record);
    recording->record = NULL;
}

// The contents of a record's file.
struct contents {
    const struct record *record;
    const struct record_about *about;
};

static void put_contents(const void *self, FILE *to)
{
    const struct contents *contents = self;
    record_write(contents->record, contents->about, to);
}

// The name of a file without its folders and its ending. The caller frees it.
static char *stem_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    char *stem = alloc_string(name);
    char *dot = strrchr(stem, '.');
    if (dot != NULL && dot > stem)
        *dot = '\0';
    return stem;
}

// The name of a run in virtual time: "raft_2A-rejoin-pct-3-seed7". Uniform is
// not named. The caller frees it.
static char *seeded_name(const struct record_about *about)
{
    bool is_named = strcmp(about->policy, "uniform") != 0;
    char *name = alloc_format("%s-%s%s%s-seed%d", about->suite, about->test,
                              is_named ? "-" : "",
                              is_named ? about->policy : "", about->seed);
    char *colon = strchr(name, ':');
    if (colon != NULL)
        *colon = '-';
    return name;
}

// The name of the run's files, without an ending. Runs of different tapes,
// policies or seeds have different names. The caller frees it.
static char *name_of(const struct options *options,
                     const struct record_about *about, int run)
{
    if (options->tape != NULL)
        return stem_of(options->tape);
    if (about->seed > 0)
        return seeded_name(about);
    return alloc_format("%s-%s-run%03d", about->suite, about->test, run);
}

// The path; NULL, with errno set, if it cannot be written.
static char *write_file(const struct record *record, const char *folder,
                        const struct record_about *about, const char *name)
{
    if (!output_make_folder(folder))
        return NULL;
    char *path = alloc_format("%s/%s.jsonl", folder, name);
    struct contents contents = { record, about };
    if (output_write(path, put_contents, &contents))
        return path;
    int error = errno;
    free(path);
    errno = error;
    return NULL;
}

// The page of a record: the record's path with .html in place of .jsonl. NULL
// if there is none, for which the program has said why.
static char *write_page(const struct options *options, const char *record)
{
    int length = (int)(strlen(record) - strlen(".jsonl"));
    char *path = alloc_format("%.*s.html", length, record);
    char *new = output_new_name(path);
    char *argv[] = { (char *)options->page, (char *)record,
                     (char *)options->view, NULL };
    if (!program_run(argv, new) || rename(new, path) != 0) {
        unlink(new);
        free(path);
        path = NULL;
    }
    free(new);
    return path;
}

// Says it once: on a full disk the records of all failures are lost.
static void say_lost(const char *folder, int error)
{
    static bool said;
    if (!said)
        fprintf(stderr, "lab: no record can be kept in %s: %s\n", folder,
                strerror(error));
    said = true;
}

void recording_end(struct recording *recording, const struct options *options,
                   int test, int run, struct result *result)
{
    if (recording->record == NULL)
        return;
    const struct lab_test *t = options->tests[test];
    struct record_about about = {
        .suite = t->suite,
        .test = t->name,
        .seed = world_is_simulated ? options_seed(options, run) : 0,
        .policy = options->repeated != NULL ? "tape" : options->policy,
        .result = result_word(result->outcome),
        .message = result->message,
    };
    const char *folder =
        options->records != NULL ? options->records : options->logs;
    char *name = name_of(options, &about, run);
    result->record = write_file(recording->record, folder, &about, name);
    if (result->record == NULL)
        say_lost(folder, errno);
    else if (options->page != NULL)
        result->page = write_page(options, result->record);
    free(name);
}
