#include "runner/journal.h"

#include "rt/alloc.h"
#include "rt/bad_input.h"
#include "rt/clock.h"
#include "runner/options.h"
#include "runner/output.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

// The lines:
//
//   raftlab hunt 1 BUILD
//   g GROUP SIGNATURE TAB MESSAGE                  a group of failures
//   f TEST POLICY SEED COST POINTS GROUP           a run that failed
//   r TEST POLICY FIRST COUNT COST                 runs that passed: so many
//   seeds from FIRST on
//
// Tests, policies and groups are numbers from 0 on. Behind each line stand a
// space and its checksum.
#define HEADER "raftlab hunt 1 "

// A journal is written anew when it is this large, and twice as large as after
// the last time.
#define MIN_LIMIT ((off_t)16 << 20)

#define MOST_TRIES   10
#define TRY_EVERY_MS 100

#define CHECKSUM_LEN 9  // " 1a2b3c4d"

// FNV-1a.
static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
    const unsigned char *b = bytes;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ b[i]) * UINT64_C(1099511628211);
    return hash;
}
#define HASH_START UINT64_C(14695981039346656037)

static uint64_t hash_program(void)
{
    FILE *self = fopen("/proc/self/exe", "re");
    if (self == NULL)
        bad_input("lab", "this program cannot be read: %s", strerror(errno));
    uint64_t hash = HASH_START;
    char block[1 << 16];
    for (size_t n; (n = fread(block, 1, sizeof block, self)) > 0;)
        hash = hash_bytes(hash, block, n);
    fclose(self);
    return hash;
}

uint64_t journal_build(void)
{
    static uint64_t build;
    if (build == 0)
        build = hash_program();
    return build;
}

static uint32_t checksum(const char *line, size_t len)
{
    uint64_t hash = hash_bytes(HASH_START, line, len);
    return (uint32_t)(hash ^ hash >> 32);
}

// ---- Writing ----

__attribute__((format(printf, 2, 3))) static void put_line(FILE *to,
                                                           const char *format,
                                                           ...)
{
    char *line;
    va_list args;
    va_start(args, format);
    int len = vasprintf(&line, format, args);
    va_end(args);
    if (len < 0)
        abort();
    fprintf(to, "%s %08" PRIx32 "\n", line, checksum(line, (size_t)len));
    free(line);
}

// The letter that stands, behind a backslash, for this character; 0: it stands
// for itself.
static char letter_for(char c)
{
    switch (c) {
    case '\n':
        return 'n';
    case '\t':
        return 't';
    case '\\':
        return '\\';
    default:
        return 0;
    }
}

// A copy without newlines and tabs. The caller frees it.
static char *escape(const char *text)
{
    char *copy = alloc(2 * strlen(text) + 1);
    char *to = copy;
    for (; *text != '\0'; text++) {
        char letter = letter_for(*text);
        if (letter == 0) {
            *to++ = *text;
        } else {
            *to++ = '\\';
            *to++ = letter;
        }
    }
    return copy;
}

static void put_group(const struct findings *findings, int group, FILE *to)
{
    char *signature = escape(findings->signatures.each[group]);
    char *message = escape(findings->messages[group]);
    put_line(to, "g %d %s\t%s", group, signature, message);
    free(message);
    free(signature);
}

static void put_failure(const struct failure *failure, int64_t cost, FILE *to)
{
    const struct hunted *run = &failure->run;
    put_line(to, "f %d %d %d %" PRId64 " %" PRIu64 " %d", run->test,
             run->policy, run->seed, cost, failure->points, failure->group);
}

static void put_runs(int test, int policy, struct range range, FILE *to)
{
    put_line(to, "r %d %d %d %d %" PRId64, test, policy, range.first,
             range.last - range.first + 1, range.cost);
}

// The cost of n of the range's runs, about.
static int64_t share_of_cost(const struct range *range, int n)
{
    return (int64_t)((double)range->cost * n /
                     ((double)range->last - range->first + 1));
}

// The runs first..last, if there are any, of this range.
static void put_part(int test, int policy, const struct range *of, int first,
                     int last, FILE *to)
{
    int n = last - first + 1;
    if (n > 0)
        put_runs(test, policy,
                 (struct range){ first, last, share_of_cost(of, n) }, to);
}

static bool is_in(const struct failure *failure, int test, int policy,
                  const struct range *range)
{
    const struct hunted *run = &failure->run;
    return run->test == test && run->policy == policy &&
           run->seed >= range->first && run->seed <= range->last;
}

// Writes the range, the runs that failed by themselves: if the line of one is
// lost, it counts as not run, rather than as passed.
//   failure  the first that is in no earlier range; `end` is behind the last
//   returns  the first behind the range
static const struct failure *put_range(int test, int policy,
                                       const struct range *range,
                                       const struct failure *failure,
                                       const struct failure *end, FILE *to)
{
    int from = range->first;
    for (; failure < end && is_in(failure, test, policy, range); failure++) {
        int seed = failure->run.seed;
        put_part(test, policy, range, from, seed - 1, to);
        put_failure(failure, share_of_cost(range, 1), to);
        from = seed + 1;
    }
    put_part(test, policy, range, from, range->last, to);
    return failure;
}

// The contents of a whole journal.
struct contents {
    uint64_t build;
    const struct findings *findings;  // Settled.
};

static void put_contents(const void *self, FILE *to)
{
    const struct contents *contents = self;
    const struct findings *findings = contents->findings;
    const struct failure *failure = findings->failures;
    const struct failure *end = failure + findings->n_failures;
    put_line(to, HEADER "%016" PRIx64, contents->build);
    for (int group = 0; group < findings->signatures.n; group++)
        put_group(findings, group, to);
    for (int test = 0; test < findings->n_tests; test++) {
        for (int policy = 0; policy < MIX_N; policy++) {
            const struct ranges *done = findings_done(findings, test, policy);
            for (int i = 0; i < done->n; i++)
                failure =
                    put_range(test, policy, &done->each[i], failure, end, to);
        }
    }
}

// As open_alone, at once.
static bool try_to_open(struct journal *journal, int flags)
{
    journal->fd =
        open(journal->path, O_WRONLY | O_APPEND | O_CLOEXEC | flags, 0666);
    if (journal->fd < 0)
        return false;
    struct stat file, there;
    bool alone = flock(journal->fd, LOCK_EX | LOCK_NB) == 0;
    // Another program may have replaced the file meanwhile.
    bool same = alone && fstat(journal->fd, &file) == 0 &&
                stat(journal->path, &there) == 0 &&
                file.st_ino == there.st_ino && file.st_dev == there.st_dev;
    if (same) {
        journal->size = file.st_size;
        return true;
    }
    if (alone)
        errno = EWOULDBLOCK;
    int error = errno;
    close(journal->fd);
    journal->fd = -1;
    errno = error;
    return false;
}

// Opens the file, to append to it, as the only program. False, with errno set,
// if that fails: EWOULDBLOCK if another program has it. The last processes of a
// hunt that was killed may have it a moment longer.
//   flags    of open(2): O_CREAT or 0
static bool open_alone(struct journal *journal, int flags)
{
    for (int tries = 1; !try_to_open(journal, flags); tries++) {
        if (errno != EWOULDBLOCK || tries == MOST_TRIES)
            return false;
        sleep_ms(TRY_EVERY_MS);
    }
    return true;
}

bool journal_rewrite(struct journal *journal, struct findings *findings)
{
    findings_settle(findings);
    struct contents contents = { journal->build, findings };
    if (!output_write(journal->path, put_contents, &contents))
        return false;
    if (journal->fd >= 0)
        close(journal->fd);
    if (!open_alone(journal, 0))
        return false;
    journal->limit =
        2 * journal->size < MIN_LIMIT ? MIN_LIMIT : 2 * journal->size;
    return true;
}

// Appends the text, whole or not at all.
static bool append(struct journal *journal, const char *text, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t n = write(journal->fd, text + done, size - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            int error = n < 0 ? errno : ENOSPC;
            // If this fails, too: half a line is not read.
            if (ftruncate(journal->fd, journal->size) != 0)
                error = errno;
            errno = error;
            return false;
        }
        done += (size_t)n;
    }
    journal->size += (off_t)size;
    return true;
}

bool journal_add(struct journal *journal, struct findings *findings,
                 struct hunted run, int64_t cost, const struct failure *failure,
                 bool is_new)
{
    char *text;
    size_t size;
    FILE *to = alloc_stream(&text, &size);
    if (is_new)
        put_group(findings, failure->group, to);
    if (failure != NULL)
        put_failure(failure, cost, to);
    else
        put_runs(run.test, run.policy,
                 (struct range){ run.seed, run.seed, cost }, to);
    fclose(to);
    bool written = append(journal, text, size);
    free(text);
    if (!written || journal->size < journal->limit)
        return written;
    journal->limit *= 2;
    // Without room for a second file this one grows on.
    journal_rewrite(journal, findings);
    return journal->fd >= 0;
}

void journal_close(struct journal *journal)
{
    close(journal->fd);
    free(journal->path);
    *journal = (struct journal){ .fd = -1 };
}

// ---- Reading ----

struct reading {
    const char *path;
    struct findings *findings;
    int *groups;  // The numbers in the findings of the file's groups; -1: its
                  // line is damaged.
    int n_groups;
    int n_damaged;  // Lines.
};

static char character_of(char letter)
{
    switch (letter) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    default:
        return letter;
    }
}

// Undoes escape, in place.
static void unescape(char *text)
{
    char *to = text;
    for (; *text != '\0'; text++) {
        if (*text == '\\' && text[1] != '\0')
            *to++ = character_of(*++text);
        else
            *to++ = *text;
    }
    *to = '\0';
}

static bool is_run(const struct reading *reading, const struct hunted *run,
                   int count)
{
    return run->test >= 0 && run->test < reading->findings->n_tests &&
           run->policy >= 0 && run->policy < MIX_N && run->seed >= 1 &&
           count >= 1 && run->seed <= INT32_MAX - count;
}

static bool read_group(struct reading *reading, char *line)
{
    int group, at = 0;
    char *message = strchr(line, '\t');
    if (sscanf(line, "g %d %n", &group, &at) != 1 || at == 0 ||
        message == NULL || message < line + at || group < reading->n_groups ||
        group > reading->n_groups + reading->n_damaged)
        return false;
    *message++ = '\0';
    unescape(line + at);
    unescape(message);
    reading->groups = alloc_resize(reading->groups, (size_t)group + 1,
                                   sizeof(*reading->groups));
    while (reading->n_groups < group)
        reading->groups[reading->n_groups++] = -1;
    reading->groups[reading->n_groups++] = findings_group(
        reading->findings, alloc_string(line + at), alloc_string(message));
    return true;
}

static bool read_failure(struct reading *reading, const char *line)
{
    struct failure failure = { 0 };
    struct hunted *run = &failure.run;
    int64_t cost;
    if (sscanf(line, "f %d %d %d %" SCNd64 " %" SCNu64 " %d", &run->test,
               &run->policy, &run->seed, &cost, &failure.points,
               &failure.group) != 6 ||
        !is_run(reading, run, 1) || failure.group < 0 ||
        failure.group >= reading->n_groups ||
        reading->groups[failure.group] < 0)
        return false;
    failure.group = reading->groups[failure.group];
    findings_add(reading->findings, failure);
    ranges_add(findings_done(reading->findings, run->test, run->policy),
               run->seed, run->seed, cost);
    return true;
}

static bool read_runs(struct reading *reading, const char *line)
{
    struct hunted run;
    int count;
    int64_t cost;
    if (sscanf(line, "r %d %d %d %d %" SCNd64, &run.test, &run.policy,
               &run.seed, &count, &cost) != 5 ||
        !is_run(reading, &run, count))
        return false;
    ranges_add(findings_done(reading->findings, run.test, run.policy), run.seed,
               run.seed + count - 1, cost);
    return true;
}

// Takes the checksum off the line, and the newline. False if it is not right.
static bool check(char *line, ssize_t len)
{
    if (len <= CHECKSUM_LEN || line[len - 1] != '\n')
        return false;
    line[len - 1] = '\0';
    len -= 1 + CHECKSUM_LEN;
    if (len < 0 || line[len] != ' ')
        return false;
    char right[CHECKSUM_LEN + 1];
    snprintf(right, sizeof right, " %08" PRIx32, checksum(line, (size_t)len));
    bool same = strcmp(line + len, right) == 0;
    line[len] = '\0';
    return same;
}

static bool read_line(struct reading *reading, char *line)
{
    switch (*line) {
    case 'g':
        return read_group(reading, line);
    case 'f':
        return read_failure(reading, line);
    default:
        return read_runs(reading, line);
    }
}

static void check_header(const char *path, const char *line, bool is_whole)
{
    size_t len = strlen(HEADER);
    if (!is_whole || strncmp(line, HEADER, len) != 0)
        bad_input("lab", "%s is no journal of a hunt", path);
    if (strtoull(line + len, NULL, 16) != journal_build())
        bad_input("lab",
                  "%s is the journal of another build, in which a seed means "
                  "another run; journals of this build go on",
                  path);
}

// Half a line at the end was being written when its program ended.
static void read_lines(struct reading *reading, FILE *file)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t len = getline(&line, &room, file);
    check_header(reading->path, line, len > 0 && check(line, len));
    while ((len = getline(&line, &room, file)) > 0) {
        bool is_half = line[len - 1] != '\n';
        if (!is_half && !(check(line, len) && read_line(reading, line)))
            reading->n_damaged++;
    }
    free(line);
    if (reading->n_damaged > 0)
        fprintf(stderr, "lab: %s: damaged lines are left out: %d\n",
                reading->path, reading->n_damaged);
}

void journal_read(const char *path, struct findings *findings)
{
    FILE *file = fopen(path, "re");
    struct stat status;
    if (file != NULL && fstat(fileno(file), &status) == 0 &&
        !S_ISREG(status.st_mode)) {
        fclose(file);
        bad_input("lab", "%s is no journal of a hunt", path);
    }
    if (file == NULL)
        bad_input("lab", "the journal %s cannot be read: %s", path,
                  strerror(errno));
    struct reading reading = { .path = path, .findings = findings };
    read_lines(&reading, file);
    findings_settle(findings);
    free(reading.groups);
    fclose(file);
}

void journal_open(struct journal *journal, const char *path,
                  struct findings *findings)
{
    *journal = (struct journal){
        .path = alloc_string(path),
        .build = journal_build(),
        .fd = -1,
    };
    // Of two hunts that begin it at the same moment, one gets the lock.
    bool is_ours = open_alone(journal, O_CREAT);
    if (!is_ours && errno == EWOULDBLOCK)
        bad_input("lab", "another hunt writes the journal %s; wait for its end",
                  path);
    bool is_new = is_ours && journal->size == 0;
    if (is_ours && !is_new)
        journal_read(path, findings);
    if (!is_ours || !journal_rewrite(journal, findings))
        bad_input("lab", "the journal %s cannot be written: %s", path,
                  strerror(errno));
}
