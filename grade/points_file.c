// A line is a setting or a weight. Each mistake is told with its line, and with
// what would be right.
#include "grade/points_file.h"

#include "grade/nearest.h"
#include "rt/alloc.h"
#include "rt/clean.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_BYTES  (64 << 10)
#define MOST_WORDS  8
#define MOST_RUNS   10000
#define LONGEST     NEAREST_LONGEST  // Bytes of a line, without its comment.
#define OF          100.0
#define NEARLY      1e-6  // So far may a sum of decimal fractions be off.
#define SHOWN_BYTES 40

static const char *const visibilities[] = { "visible", "hidden",
                                            "after_due_date",
                                            "after_published" };
#define N_VISIBILITIES ((int)(sizeof visibilities / sizeof *visibilities))

// The settings, by the word that begins their line.
enum setting { LAYERS, ISOLATED_RUNS, SEEDS, FORMULA, VISIBILITY, N_SETTINGS };

static const char *const setting_words[N_SETTINGS] = {
    "layers", "isolated_runs", "seeds", "formula", "visibility"
};

// The file while it is read.
struct reader {
    struct points *points;
    const char *path;
    int line;
    int set_in[N_SETTINGS];  // The lines of the settings; 0: not yet.
    const char *visibility;  // Of the lines that follow.
    char *words[MOST_WORDS + 1];
    int n_words;
    char *wrong;  // The first mistake; or NULL.
};

// Notes a mistake in the line, if it is the first.
__attribute__((format(printf, 2, 3))) static void mistake(struct reader *reader,
                                                          const char *format,
                                                          ...)
{
    if (reader->wrong != NULL)
        return;
    va_list args;
    va_start(args, format);
    char *text;
    if (vasprintf(&text, format, args) < 0)
        abort();
    va_end(args);
    reader->wrong = alloc_format("%s:%d: %s", reader->path, reader->line, text);
    clean_text(reader->wrong, strlen(reader->wrong));
    free(text);
}

// ---- Names ----

static void consider_test(struct nearest *nearest, int test)
{
    const struct known *known = &known_tests[test];
    char *name = alloc_format("%s/%s", known->suite, known->test);
    nearest_consider(nearest, name);
    free(name);
    if (strcmp(known->suite, "fig2") != 0) {
        nearest_consider(nearest, known->suite);
        return;
    }
    char *group = alloc_format("fig2_%.2s", known->test);
    nearest_consider(nearest, group);
    free(group);
}

static void unknown_name(struct reader *reader, const char *name)
{
    struct nearest nearest = { .to = name };
    for (int k = 0; k < known_count; k++)
        consider_test(&nearest, k);
    for (int k = 0; k < N_SETTINGS; k++)
        nearest_consider(&nearest, setting_words[k]);
    mistake(reader,
            "there is no test or group \"%.*s\"; is \"%s\" meant? (simlab "
            "--list names all tests)",
            SHOWN_BYTES, name, nearest.name);
}

// Splits "fig2/2A_majority" at the slash, and finds the test; -1 if there is
// none.
static int find_test(const char *name)
{
    char *suite = alloc_string(name);
    char *slash = strchr(suite, '/');
    int test = -1;
    if (slash != NULL) {
        *slash = '\0';
        test = known_find(suite, slash + 1);
    }
    free(suite);
    return test;
}

// ---- Numbers ----

static bool read_number(const char *word, double *number)
{
    char *end;
    errno = 0;
    *number = strtod(word, &end);
    // strtod also reads "nan", "inf" and "0x1".
    bool is_plain = strspn(word, "+-.0123456789") == strlen(word);
    return is_plain && end != word && *end == '\0' && errno == 0;
}

static int read_count(struct reader *reader, const char *what, int least)
{
    double count;
    if (reader->n_words != 2 || !read_number(reader->words[1], &count) ||
        !(count >= least && count <= MOST_RUNS) || floor(count) != count) {
        mistake(reader, "%s wants a whole number from %d to %d", what, least,
                MOST_RUNS);
        return 0;
    }
    return (int)count;
}

// ---- Settings ----

static void read_layers(struct reader *reader)
{
    bool *counts = reader->points->counts;
    for (int k = 1; k < reader->n_words; k++) {
        enum layer layer = layer_named(reader->words[k]);
        if (layer == N_LAYERS)
            mistake(reader,
                    "there is no layer \"%.*s\"; there are isolated, virtual, "
                    "thread_sanitizer and address_sanitizer",
                    SHOWN_BYTES, reader->words[k]);
        else if (counts[layer])
            mistake(reader, "the layer %s stands there twice",
                    layer_word(layer));
        else
            counts[layer] = true;
    }
    if (!counts[LAYER_ISOLATED])
        mistake(reader, "layers must have isolated: in the others the verdict "
                        "is the word of the student's own process");
}

static void read_half(struct reader *reader)
{
    struct points *points = reader->points;
    points->formula = FORMULA_HALF;
    if (reader->n_words != 3 || !read_number(reader->words[2], &points->half) ||
        !(points->half > 0 && points->half <= 1))
        mistake(reader, "formula half wants the share of failed runs that "
                        "halves the points, above 0 and up to 1: formula half "
                        "0.1");
}

static void read_formula(struct reader *reader)
{
    const char *word = reader->n_words > 1 ? reader->words[1] : "";
    if (strcmp(word, "half") == 0) {
        read_half(reader);
        return;
    }
    bool is_all = strcmp(word, "all") == 0;
    bool is_known = is_all || strcmp(word, "share") == 0;
    if (is_known && reader->n_words != 2)
        mistake(reader, "formula %s wants no more words, such as \"%.*s\"",
                word, SHOWN_BYTES, reader->words[2]);
    if (!is_known)
        mistake(reader,
                "there is no formula \"%.*s\"; there are half 0.1 (or "
                "another number), share and all",
                SHOWN_BYTES, word);
    reader->points->formula = is_all ? FORMULA_ALL : FORMULA_SHARE;
}

// Gradescope's word for who sees a test when; "visible" if it is none.
static const char *visibility_named(struct reader *reader, const char *word)
{
    for (int k = 0; k < N_VISIBILITIES; k++)
        if (strcmp(word, visibilities[k]) == 0)
            return visibilities[k];
    mistake(reader,
            "there is no visibility \"%.*s\"; there are visible, hidden, "
            "after_due_date and after_published",
            SHOWN_BYTES, word);
    return visibilities[0];
}

static void read_visibility(struct reader *reader)
{
    if (reader->n_words != 2)
        mistake(reader, "visibility wants one word: visibility "
                        "after_published");
    else
        reader->visibility = visibility_named(reader, reader->words[1]);
}

static void read_setting(struct reader *reader, enum setting setting)
{
    // Only the visibility may change from line to line.
    if (reader->set_in[setting] != 0 && setting != VISIBILITY)
        mistake(reader, "%s stands in line %d already", setting_words[setting],
                reader->set_in[setting]);
    reader->set_in[setting] = reader->line;
    if (setting == LAYERS)
        read_layers(reader);
    else if (setting == ISOLATED_RUNS)
        reader->points->isolated_runs = read_count(reader, "isolated_runs", 1);
    else if (setting == SEEDS)
        reader->points->seeds = read_count(reader, "seeds", 1);
    else if (setting == FORMULA)
        read_formula(reader);
    else
        read_visibility(reader);
}

// ---- Weights ----

// The line that weighs this test already, alone or in a group; or NULL.
static const struct weighed *weighed_already(const struct points *points,
                                             int test)
{
    for (int k = 0; k < points->n; k++)
        for (int i = 0; i < points->weighed[k].n_tests; i++)
            if (points->weighed[k].tests[i] == test)
                return &points->weighed[k];
    return NULL;
}

static void add_test(struct reader *reader, struct weighed *weighed, int test)
{
    const struct weighed *other = weighed_already(reader->points, test);
    if (other != NULL)
        mistake(reader, "%s/%s is weighed twice: by %s in line %d, too",
                known_tests[test].suite, known_tests[test].test, other->name,
                other->line);
    weighed->tests = alloc_resize(weighed->tests, (size_t)weighed->n_tests + 1,
                                  sizeof *weighed->tests);
    weighed->tests[weighed->n_tests++] = test;
}

static void add_tests(struct reader *reader, struct weighed *weighed)
{
    int test = find_test(weighed->name);
    if (test != -1)
        add_test(reader, weighed, test);
    for (int k = 0; test == -1 && k < known_count; k++)
        if (known_is_in_group(k, weighed->name))
            add_test(reader, weighed, k);
    if (weighed->n_tests == 0)
        unknown_name(reader, weighed->name);
}

static double read_weight(struct reader *reader)
{
    double weight = 0;
    const char *name = reader->words[0];
    if (reader->n_words < 2)
        mistake(reader, "%.*s has no weight: %.*s 3", SHOWN_BYTES, name,
                SHOWN_BYTES, name);
    else if (!read_number(reader->words[1], &weight))
        mistake(reader, "the weight of %.*s is no number: \"%.*s\"",
                SHOWN_BYTES, name, SHOWN_BYTES, reader->words[1]);
    else if (weight < 0)
        mistake(reader,
                "the weight of %.*s is negative: give 0, or leave the "
                "line out",
                SHOWN_BYTES, name);
    else if (weight > OF)
        mistake(reader,
                "the weight of %.*s is above 100, which all weights "
                "sum to",
                SHOWN_BYTES, name);
    return weight;
}

static void read_weighed(struct reader *reader)
{
    struct points *points = reader->points;
    struct weighed weighed = { .line = reader->line,
                               .name = alloc_string(reader->words[0]),
                               .visibility = reader->visibility };
    add_tests(reader, &weighed);
    weighed.weight = read_weight(reader);
    if (reader->n_words == 3)
        weighed.visibility = visibility_named(reader, reader->words[2]);
    else if (reader->n_words > 3)
        mistake(reader,
                "a line has a test, its weight, and perhaps who sees "
                "it; \"%.*s\" is too much",
                SHOWN_BYTES, reader->words[3]);
    points->weighed = alloc_resize(points->weighed, (size_t)points->n + 1,
                                   sizeof *points->weighed);
    points->weighed[points->n++] = weighed;
}

// ---- Lines ----

static void split(struct reader *reader, char *line)
{
    reader->n_words = 0;
    char *rest = NULL;
    for (char *word = strtok_r(line, " \t", &rest); word != NULL;
         word = strtok_r(NULL, " \t", &rest)) {
        if (reader->n_words == MOST_WORDS) {
            mistake(reader, "a line has at most %d words", MOST_WORDS);
            return;
        }
        reader->words[reader->n_words++] = word;
    }
}

static void read_line(struct reader *reader, char *line)
{
    line[strcspn(line, "#")] = '\0';
    size_t len = strlen(line);
    if (len > 0 && line[len - 1] == '\r')  // Of an editor on Windows.
        line[--len] = '\0';
    if (len > LONGEST) {
        mistake(reader, "the line is longer than %d bytes", LONGEST);
        return;
    }
    split(reader, line);
    if (reader->n_words == 0 || reader->wrong != NULL)
        return;
    for (int k = 0; k < N_SETTINGS; k++) {
        if (strcmp(reader->words[0], setting_words[k]) == 0) {
            read_setting(reader, (enum setting)k);
            return;
        }
    }
    read_weighed(reader);
}

// The last line may have no newline.
static void read_lines(struct reader *reader, char *text, size_t size)
{
    for (char *line = text; line < text + size && reader->wrong == NULL;) {
        reader->line++;
        char *end = memchr(line, '\n', (size_t)(text + size - line));
        if (end == NULL)
            end = text + size;
        *end = '\0';  // The text has a byte more.
        if (strlen(line) != (size_t)(end - line))
            mistake(reader, "there is a NUL byte: the file must be plain text");
        read_line(reader, line);
        line = end + 1;
    }
}

static void check_all(struct reader *reader)
{
    struct points *points = reader->points;
    reader->line += reader->line == 0;  // Of an empty file.
    points->of = 0;
    for (int k = 0; k < points->n; k++)
        points->of += points->weighed[k].weight;
    for (int k = 0; k < N_SETTINGS; k++)
        if (reader->set_in[k] == 0 && k != VISIBILITY)
            mistake(reader, "the file ends, and there is no line \"%s ...\"",
                    setting_words[k]);
    if (fabs(points->of - OF) > NEARLY)
        mistake(reader, "the weights sum to %.10g, not to 100", points->of);
    points->of = OF;
}

// ---- The whole file ----

// Reads all of the file, and leaves room for a byte more. NULL, with errno, if
// it could not.
static char *read_text(const char *path, size_t *size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status;
    if (fd < 0)
        return NULL;
    if (fstat(fd, &status) == 0 && !S_ISREG(status.st_mode)) {
        close(fd);
        errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
        return NULL;
    }
    char *text = alloc(MOST_BYTES + 2);
    *size = 0;
    ssize_t got = 1;
    while (got > 0 && *size <= MOST_BYTES) {
        got = read(fd, text + *size, MOST_BYTES + 1 - *size);
        *size += got > 0 ? (size_t)got : 0;
    }
    close(fd);
    return text;
}

char *points_file_read(struct points *points, const char *path)
{
    struct reader reader = { .points = points,
                             .path = path,
                             .visibility = visibilities[0] };
    size_t size;
    char *text = read_text(path, &size);
    if (text == NULL)
        return alloc_format("%s: %s", path, strerror(errno));
    if (size > MOST_BYTES)
        reader.wrong =
            alloc_format("%s: it is larger than %d KB", path, MOST_BYTES >> 10);
    else
        read_lines(&reader, text, size);
    free(text);
    if (reader.wrong == NULL)
        check_all(&reader);
    return reader.wrong;
}
