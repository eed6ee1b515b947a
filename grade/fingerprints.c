#include "grade/fingerprints.h"

#include "rt/alloc.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// A source has at most so many bytes that are read; a Raft has about 30,000.
#define MAX_BYTES (4L << 20)

// ---- Tokens ----

struct tokens {
    uint32_t *each;
    int n, capacity;
};

enum { TOKEN_NAME = 256, TOKEN_NUMBER, TOKEN_TEXT, TOKEN_KEYWORD };

static void add_token(struct tokens *tokens, uint32_t token)
{
    if (tokens->n == tokens->capacity) {
        tokens->capacity = 2 * tokens->capacity + 1024;
        tokens->each = alloc_resize(tokens->each, (size_t)tokens->capacity,
                                    sizeof *tokens->each);
    }
    tokens->each[tokens->n++] = token;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static uint32_t token_of_word(const char *word, size_t length)
{
    static const char *const keywords[] = {
        "break",  "case",   "char",   "const",   "continue", "default",
        "do",     "double", "else",   "enum",    "float",    "for",
        "goto",   "if",     "int",    "long",    "return",   "short",
        "signed", "sizeof", "static", "struct",  "switch",   "typedef",
        "union",  "void",   "while",  "unsigned"
    };
    for (uint32_t k = 0; k < sizeof keywords / sizeof *keywords; k++) {
        if (strlen(keywords[k]) == length &&
            memcmp(keywords[k], word, length) == 0)
            return TOKEN_KEYWORD + k;
    }
    return isdigit((unsigned char)*word) ? TOKEN_NUMBER : TOKEN_NAME;
}

// The end of a string or character that begins at `at`.
static const char *after_quoted(const char *at)
{
    char quote = *at++;
    while (*at != '\0' && *at != quote && *at != '\n') {
        if (*at == '\\' && at[1] != '\0')
            at++;
        at++;
    }
    return *at == quote ? at + 1 : at;
}

// The end of what is no token: a space, a comment, an #include. `at` itself if
// it is a token.
static const char *after_nothing(const char *at)
{
    if (isspace((unsigned char)*at))
        return at + 1;
    if (strncmp(at, "//", 2) == 0 || strncmp(at, "#include", 8) == 0)
        return at + strcspn(at, "\n");
    if (strncmp(at, "/*", 2) != 0)
        return at;
    const char *end = strstr(at + 2, "*/");
    return end != NULL ? end + 2 : at + strlen(at);
}

static const char *take_token(struct tokens *tokens, const char *at)
{
    const char *end = at;
    if (*at == '"' || *at == '\'') {
        add_token(tokens, TOKEN_TEXT);
        return after_quoted(at);
    }
    while (is_word(*end))
        end++;
    if (end == at) {
        add_token(tokens, (unsigned char)*at);
        return at + 1;
    }
    add_token(tokens, token_of_word(at, (size_t)(end - at)));
    return end;
}

static void tokenise(struct tokens *tokens, const char *at)
{
    while (*at != '\0') {
        const char *after = after_nothing(at);
        at = after != at ? after : take_token(tokens, at);
    }
}

// ---- Winnowing ----

static uint64_t hash_of(const uint32_t *tokens)
{
    uint64_t hash = 14695981039346656037u;  // FNV-1a
    for (int k = 0; k < FINGERPRINTS_K; k++)
        hash = (hash ^ tokens[k]) * 1099511628211u;
    return hash ^ hash >> 32;
}

static void add(struct fingerprints *to, uint64_t hash)
{
    to->each = alloc_resize(to->each, (size_t)to->n + 1, sizeof *to->each);
    to->each[to->n++] = hash;
}

// The least of the window that begins at `first`; of equal ones the last, so
// that the next window has the same one.
static int least_of_window(const uint64_t *hashes, int first, int n)
{
    int least = first;
    for (int k = first + 1; k < n && k < first + FINGERPRINTS_W; k++) {
        if (hashes[k] <= hashes[least])
            least = k;
    }
    return least;
}

static void winnow(struct fingerprints *to, const struct tokens *tokens)
{
    int n = tokens->n - FINGERPRINTS_K + 1, last = -1;
    if (n <= 0)
        return;
    uint64_t *hashes = alloc((size_t)n * sizeof *hashes);
    for (int k = 0; k < n; k++)
        hashes[k] = hash_of(tokens->each + k);
    for (int first = 0; first == 0 || first + FINGERPRINTS_W <= n; first++) {
        int least = least_of_window(hashes, first, n);
        if (least != last)
            add(to, hashes[least]);
        last = least;
    }
    free(hashes);
}

// ---- Files ----

// The text of a file, up to MAX_BYTES; NULL if it cannot be read. A zero byte
// ends it. The caller frees it.
static char *read_source(const char *path)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat status;
    if (fd < 0)
        return NULL;
    char *text = NULL;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
        off_t size = status.st_size < MAX_BYTES ? status.st_size : MAX_BYTES;
        text = alloc((size_t)size + 1);
        ssize_t got = read(fd, text, (size_t)size);
        text[got < 0 ? 0 : got] = '\0';
    }
    close(fd);
    return text;
}

static void add_file(struct fingerprints *to, const char *path)
{
    struct tokens tokens = { 0 };
    char *text = read_source(path);
    if (text == NULL)
        return;
    tokenise(&tokens, text);
    winnow(to, &tokens);
    free(tokens.each);
    free(text);
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void sort_each_once(struct fingerprints *of)
{
    int kept = 0;
    if (of->n > 0)
        qsort(of->each, (size_t)of->n, sizeof *of->each, by_value);
    for (int k = 0; k < of->n; k++) {
        if (kept == 0 || of->each[k] != of->each[kept - 1])
            of->each[kept++] = of->each[k];
    }
    of->n = kept;
}

static bool is_source(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot != NULL && (strcmp(dot, ".c") == 0 || strcmp(dot, ".h") == 0);
}

struct fingerprints fingerprints_of(const char *folder)
{
    struct fingerprints of = { 0 };
    DIR *entries = opendir(folder);
    if (entries == NULL)
        return of;
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        if (!is_source(entry->d_name))
            continue;
        char *path = alloc_format("%s/%s", folder, entry->d_name);
        add_file(&of, path);
        free(path);
    }
    closedir(entries);
    sort_each_once(&of);
    return of;
}

// ---- Sets of them ----

void fingerprints_remove(struct fingerprints *of,
                         const struct fingerprints *others)
{
    int kept = 0, o = 0;
    for (int k = 0; k < of->n; k++) {
        while (o < others->n && others->each[o] < of->each[k])
            o++;
        if (o == others->n || others->each[o] != of->each[k])
            of->each[kept++] = of->each[k];
    }
    of->n = kept;
}

int fingerprints_shared(const struct fingerprints *a,
                        const struct fingerprints *b)
{
    int shared = 0;
    for (int i = 0, j = 0; i < a->n && j < b->n;) {
        shared += a->each[i] == b->each[j];
        bool is_a_less = a->each[i] <= b->each[j];
        bool is_b_less = b->each[j] <= a->each[i];
        i += is_a_less;
        j += is_b_less;
    }
    return shared;
}
