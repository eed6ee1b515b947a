// Compares what came of attacks with what must come of them, for
// tests/scripts/attacks.
//
//   came_of ATTACKS RESULTS VARIABLE=VALUE...
//
// Each attack, a file of ATTACKS, says in its first comment what must come of
// it:
//
//   state: graded     as account.json has it; "any" if it does not matter
//   says: TEXT        stands in account.json
//   never: TEXT       stands nowhere in its results
//   leaves no: PATH   is not there, with @VARIABLE@ for a value; or
//                     "process NAME", or "System V memory KEY"
//   name: NAME        of its results, if it is not its file's; may have a *
//   size: N           megabytes that its results may have; otherwise 4
//
// Of every attack: it has no more points than does_nothing, for any test. Its
// results are whole files of their formats, and have no canary, no control
// characters, nothing that runs in a browser, and no seed. Prints a line for
// each that is not so.
#include <dirent.h>
#include <fnmatch.h>
#include <glob.h>
#include <jansson.h>
#include <libxml/parser.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_LINES  40
#define DEFAULT_MB 4

// ---- What must come of an attack ----

struct expected {
    char name[80];
    char keys[MAX_LINES][20];
    char values[MAX_LINES][200];
    int n;
};

static char **variables;  // "ROOT=/somewhere"...; NULL-terminated.
static const char *attacks, *results;
static int n_wrong;

static void wrong(const struct expected *expected, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void wrong(const struct expected *expected, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    printf("%s: ", expected->name);
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
    n_wrong++;
}

// Copies a text, with the values of its variables.
static void expand(char *to, size_t size, const char *from)
{
    size_t used = 0;
    while (*from != '\0' && used < size - 1) {
        char **variable = *from == '@' ? variables : NULL;
        for (; variable != NULL && *variable != NULL; variable++) {
            size_t length = strcspn(*variable, "=");
            if (strncmp(from + 1, *variable, length) != 0 ||
                from[length + 1] != '@')
                continue;
            used += (size_t)snprintf(to + used, size - used, "%s",
                                     *variable + length + 1);
            from += length + 2;
            break;
        }
        if (variable == NULL || *variable == NULL)
            to[used++] = *from++;
    }
    to[used < size ? used : size - 1] = '\0';
}

// Reads the lines "// KEY: VALUE" at the beginning of an attack.
static void read_expected(struct expected *expected, const char *path)
{
    FILE *file = fopen(path, "r");
    char line[400];
    while (file != NULL && expected->n < MAX_LINES &&
           fgets(line, sizeof line, file) != NULL && strchr("/#", *line)) {
        char value[300];
        if (sscanf(line, "%*[/#] %19[a-zA-Z ]: %299[^\n]",
                   expected->keys[expected->n], value) == 2)
            expand(expected->values[expected->n++], sizeof expected->values[0],
                   value);
    }
    if (file != NULL)
        fclose(file);
}

// The K-th value of this key, or NULL.
static const char *value_of(const struct expected *expected, const char *key,
                            int k)
{
    for (int line = 0; line < expected->n; line++)
        if (strcmp(expected->keys[line], key) == 0 && k-- == 0)
            return expected->values[line];
    return NULL;
}

// ---- Its points ----

static json_t *read_json(const char *name, const char *file)
{
    char path[1000];
    snprintf(path, sizeof path, "%s/%s/%s", results, name, file);
    json_error_t error;
    return json_load_file(path, 0, &error);
}

// The points that an account has for this test; 0 if it has no such test.
static double points_of(json_t *account, const char *suite, const char *name)
{
    size_t k;
    json_t *test;
    json_array_foreach(json_object_get(account, "tests"), k, test)
    {
        const char *its_suite =
            json_string_value(json_object_get(test, "suite"));
        const char *its_name = json_string_value(json_object_get(test, "name"));
        if (its_suite != NULL && its_name != NULL &&
            strcmp(its_suite, suite) == 0 && strcmp(its_name, name) == 0)
            return json_number_value(json_object_get(test, "points"));
    }
    return 0;
}

static void check_points(const struct expected *expected, json_t *account)
{
    json_t *least = read_json("does_nothing", "account.json");
    json_t *handed_back = read_json(expected->name, "results.json");
    double most = json_number_value(json_object_get(least, "score"));
    double score = json_number_value(json_object_get(account, "score"));
    json_t *told = json_object_get(handed_back, "score");
    if (least == NULL)
        wrong(expected, "there are no results of does_nothing");
    if (handed_back == NULL || !json_is_number(told))
        wrong(expected, "has no score in results.json");
    else if (json_number_value(told) > most + 0.001)
        wrong(expected, "results.json gives it %g points, does_nothing has %g",
              json_number_value(told), most);
    if (score > most + 0.001)
        wrong(expected, "has %g points, does_nothing has %g", score, most);

    size_t k;
    json_t *test;
    json_array_foreach(json_object_get(account, "tests"), k, test)
    {
        const char *suite = json_string_value(json_object_get(test, "suite"));
        const char *name = json_string_value(json_object_get(test, "name"));
        double points = json_number_value(json_object_get(test, "points"));
        if (suite != NULL && name != NULL &&
            points > points_of(least, suite, name) + 0.001)
            wrong(expected, "has %g points for %s/%s", points, suite, name);
    }
    json_decref(least);
    json_decref(handed_back);
}

// ---- Its files ----

struct file {
    char *text;  // A 0 follows.
    size_t size;
};

static struct file read_file(const char *path)
{
    struct file file = { NULL, 0 };
    struct stat info;
    FILE *from = fopen(path, "r");
    if (from == NULL || fstat(fileno(from), &info) != 0)
        return file;
    file.text = calloc(1, (size_t)info.st_size + 1);
    file.size = fread(file.text, 1, (size_t)info.st_size, from);
    fclose(from);
    return file;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    return length >= strlen(end) &&
           strcmp(text + length - strlen(end), end) == 0;
}

static bool has(struct file file, const char *text)
{
    return memmem(file.text, file.size, text, strlen(text)) != NULL;
}

// Pages may have any text, but no elements or attributes of it.
static void check_page(const struct expected *expected, const char *path,
                       struct file file)
{
    static const char *const elements[] = { "<script>alert", "<img src=x",
                                            "</script><script" };
    for (size_t k = 0; k < sizeof elements / sizeof *elements; k++)
        if (has(file, elements[k]))
            wrong(expected, "%s: a browser would obey %s", path, elements[k]);
}

static void check_characters(const struct expected *expected, const char *path,
                             struct file file)
{
    for (size_t k = 0; k < file.size; k++) {
        unsigned char c = (unsigned char)file.text[k];
        if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f) {
            wrong(expected, "%s has the control character 0x%02x", path, c);
            return;
        }
    }
}

static void check_format(const struct expected *expected, const char *path,
                         struct file file)
{
    json_error_t error;
    json_t *json = NULL;
    if (ends_with(path, ".json")) {
        json = json_loadb(file.text, file.size, 0, &error);
        if (json == NULL)
            wrong(expected, "%s, line %d: %s", path, error.line, error.text);
        if (has(file, "\\u001b") || has(file, "\\u0007"))
            wrong(expected, "%s: a text in it has control characters", path);
        json_decref(json);
    } else if (ends_with(path, ".xml")) {
        xmlDoc *document = xmlReadMemory(file.text, (int)file.size, path, NULL,
                                         XML_PARSE_NOERROR | XML_PARSE_NONET);
        if (document == NULL)
            wrong(expected, "%s is no well-formed XML", path);
        xmlFreeDoc(document);
    } else if (ends_with(path, ".html")) {
        check_page(expected, path, file);
    }
}

static void check_secrets(const struct expected *expected, const char *path,
                          struct file file, json_t *account)
{
    // The status 77 is an attack's own word that it got through.
    static const char *const canaries[] = { "canary-", "THROUGH:", "xit(77)",
                                            "status 77" };
    for (size_t k = 0; k < sizeof canaries / sizeof *canaries; k++)
        if (has(file, canaries[k]))
            wrong(expected, "%s has %s", path, canaries[k]);
    const char *text;
    for (int k = 0; (text = value_of(expected, "never", k)) != NULL; k++)
        if (has(file, text))
            wrong(expected, "%s has %s", path, text);

    size_t k;
    json_t *layer;
    json_array_foreach(json_object_get(account, "layers"), k, layer)
    {
        char seed[30];
        snprintf(seed, sizeof seed, "%" JSON_INTEGER_FORMAT,
                 json_integer_value(json_object_get(layer, "first_seed")));
        if (strlen(seed) > 5 && !ends_with(path, "account.json") &&
            has(file, seed))
            wrong(expected, "%s has the seed %s", path, seed);
    }
}

static void check_files(const struct expected *expected, json_t *account)
{
    static const char *const kinds[] = { "%s/%s/*", "%s/%s/failures/*" };
    glob_t found = { 0 };
    for (int k = 0; k < 2; k++) {
        char pattern[1000];
        snprintf(pattern, sizeof pattern, kinds[k], results, expected->name);
        glob(pattern, k > 0 ? GLOB_APPEND : 0, NULL, &found);
    }
    size_t sum = 0;
    for (size_t k = 0; k < found.gl_pathc; k++) {
        struct file file = read_file(found.gl_pathv[k]);
        const char *path = found.gl_pathv[k] + strlen(results) + 1;
        if (file.text == NULL)
            continue;
        sum += file.size;
        check_characters(expected, path, file);
        check_format(expected, path, file);
        check_secrets(expected, path, file, account);
        free(file.text);
    }
    globfree(&found);
    const char *size = value_of(expected, "size", 0);
    size_t most = (size == NULL ? DEFAULT_MB : strtoul(size, NULL, 10)) << 20;
    if (sum > most)
        wrong(expected, "its results have %zu bytes", sum);
}

// ---- What it leaves ----

static bool runs(const char *name)
{
    glob_t found = { 0 };
    bool is_there = false;
    glob("/proc/[0-9]*/comm", 0, NULL, &found);
    for (size_t k = 0; k < found.gl_pathc; k++) {
        char text[40] = "";
        FILE *file = fopen(found.gl_pathv[k], "r");
        if (file == NULL)
            continue;
        is_there |= fgets(text, sizeof text, file) != NULL &&
                    strncmp(text, name, strlen(name)) == 0;
        fclose(file);
    }
    globfree(&found);
    return is_there;
}

static bool is_left(const char *what)
{
    static const char process[] = "process ", memory[] = "System V memory ";
    if (strncmp(what, process, strlen(process)) == 0)
        return runs(what + strlen(process));
    if (strncmp(what, memory, strlen(memory)) == 0)
        return shmget((key_t)strtol(what + strlen(memory), NULL, 0), 0, 0) >= 0;
    return access(what, F_OK) == 0;
}

// ---- All of it ----

// The results may have another name than the attack.
static void find_name(struct expected *expected)
{
    const char *pattern = value_of(expected, "name", 0);
    DIR *folder = pattern == NULL ? NULL : opendir(results);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder));)
        if (fnmatch(pattern, entry->d_name, 0) == 0)
            snprintf(expected->name, sizeof expected->name, "%.79s",
                     entry->d_name);
    if (folder != NULL)
        closedir(folder);
}

static void check_state(const struct expected *expected, json_t *account)
{
    const char *state = value_of(expected, "state", 0);
    const char *is = json_string_value(json_object_get(account, "state"));
    if (state == NULL)
        state = "graded";
    if (strcmp(state, "any") != 0 && (is == NULL || strcmp(is, state) != 0))
        wrong(expected, "is \"%s\" (%s), not \"%s\"", is ? is : "",
              json_string_value(json_object_get(account, "reason")), state);

    char *all = json_dumps(account, JSON_ENSURE_ASCII | JSON_COMPACT);
    const char *text;
    for (int k = 0; (text = value_of(expected, "says", k)) != NULL; k++)
        if (all == NULL || strstr(all, text) == NULL)
            wrong(expected, "account.json does not say: %s", text);
    free(all);
}

static void check_attack(const char *path)
{
    struct expected expected = { .n = 0 };
    const char *name = strrchr(path, '/') + 1;
    snprintf(expected.name, sizeof expected.name, "%.*s",
             (int)strcspn(name, "."), name);
    read_expected(&expected, path);
    find_name(&expected);

    json_t *account = read_json(expected.name, "account.json");
    if (account == NULL) {
        wrong(&expected, "has no account.json");
        return;
    }
    check_state(&expected, account);
    check_points(&expected, account);
    check_files(&expected, account);
    const char *what;
    for (int k = 0; (what = value_of(&expected, "leaves no", k)) != NULL; k++)
        if (is_left(what))
            wrong(&expected, "has left %s", what);
    json_decref(account);
}

int main(int argc, char *argv[])
{
    if (argc < 3)
        return 2;
    attacks = argv[1];
    results = argv[2];
    variables = argv + 3;
    char pattern[1000];
    glob_t found = { 0 };
    snprintf(pattern, sizeof pattern, "%s/*.c", attacks);
    glob(pattern, 0, NULL, &found);
    snprintf(pattern, sizeof pattern, "%s/*.sh", attacks);
    glob(pattern, GLOB_APPEND, NULL, &found);
    for (size_t k = 0; k < found.gl_pathc; k++)
        check_attack(found.gl_pathv[k]);
    printf("%zu attacks, %d wrong\n", found.gl_pathc, n_wrong);
    globfree(&found);
    return n_wrong > 0 ? 1 : 0;
}
