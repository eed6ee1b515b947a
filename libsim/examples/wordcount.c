// Counts the words of files, and prints the most frequent one:
//
//   wordcount FILE...
//
// The main thread reads lines into a bounded queue. Workers take lines, and
// count their words in one table, whose parts have a lock each. Another thread
// tells from time to time how far they are.
#include <assert.h>
#include <ctype.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WORKERS   3
#define QUEUE     4  // Lines in the queue.
#define LINE      1000
#define PARTS     8
#define TELL_EACH 2  // Seconds.

// ---- The queue of lines ----

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_full = PTHREAD_COND_INITIALIZER;
static pthread_cond_t not_empty = PTHREAD_COND_INITIALIZER;  // Or closed.

// Guarded by mu.
static char lines[QUEUE][LINE];
static int first;
static int n_lines;
static bool closed;

static void put(const char *line)
{
    pthread_mutex_lock(&mu);
    while (n_lines == QUEUE)
        pthread_cond_wait(&not_full, &mu);
    snprintf(lines[(first + n_lines++) % QUEUE], LINE, "%s", line);
    pthread_cond_signal(&not_empty);
    pthread_mutex_unlock(&mu);
}

// False when the queue is closed and empty.
static bool take(char *line)
{
    pthread_mutex_lock(&mu);
    while (n_lines == 0 && !closed)
        pthread_cond_wait(&not_empty, &mu);
    bool found = n_lines > 0;
    if (found) {
        snprintf(line, LINE, "%s", lines[first]);
        first = (first + 1) % QUEUE;
        n_lines--;
        pthread_cond_signal(&not_full);
    }
    pthread_mutex_unlock(&mu);
    return found;
}

static void close_queue(void)
{
    pthread_mutex_lock(&mu);
    closed = true;
    pthread_cond_broadcast(&not_empty);  // Each worker must see it.
    pthread_mutex_unlock(&mu);
}

// ---- The table of words ----

struct word {
    struct word *next;
    int count;
    char *text;
};

static struct part {
    pthread_mutex_t mu;
    struct word *words;  // Guarded by mu.
} parts[PARTS];

static struct part *part_of(const char *text)
{
    unsigned hash = 5381;
    for (const char *c = text; *c != '\0'; c++)
        hash = hash * 33 + (unsigned char)*c;
    return &parts[hash % PARTS];
}

static struct word *find_locked(struct part *part, const char *text)
{
    struct word *word = part->words;
    while (word != NULL && strcmp(word->text, text) != 0)
        word = word->next;
    return word;
}

static void count_word(const char *text)
{
    struct part *part = part_of(text);
    pthread_mutex_lock(&part->mu);
    struct word *word = find_locked(part, text);
    if (word == NULL) {
        word = calloc(1, sizeof *word);
        assert(word != NULL);
        word->text = strdup(text);
        word->next = part->words;
        part->words = word;
    }
    word->count++;
    pthread_mutex_unlock(&part->mu);
}

// Called when the workers have ended. Of equal ones it is the first of the
// alphabet. NULL if there is none.
static const struct word *most_frequent(void)
{
    const struct word *most = NULL;
    for (int i = 0; i < PARTS; i++) {
        for (const struct word *w = parts[i].words; w != NULL; w = w->next) {
            if (most == NULL || w->count > most->count ||
                (w->count == most->count && strcmp(w->text, most->text) < 0))
                most = w;
        }
    }
    return most;
}

// ---- Threads ----

static pthread_mutex_t progress_mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t over_cond = PTHREAD_COND_INITIALIZER;
static int n_counted;  // Lines. Guarded by progress_mu, as is_over.
static bool is_over;

static void *worker(void *unused)
{
    const char *ends = " \t\n.,;:!?\"()";
    char line[LINE], *rest;
    while (take(line)) {
        for (char *c = line; *c != '\0'; c++)
            *c = (char)tolower((unsigned char)*c);
        for (char *word = strtok_r(line, ends, &rest); word != NULL;
             word = strtok_r(NULL, ends, &rest))
            count_word(word);
        pthread_mutex_lock(&progress_mu);
        n_counted++;
        pthread_mutex_unlock(&progress_mu);
    }
    return unused;
}

static void *teller(void *unused)
{
    struct timespec next;
    clock_gettime(CLOCK_REALTIME, &next);
    pthread_mutex_lock(&progress_mu);
    while (!is_over) {
        next.tv_sec += TELL_EACH;
        while (!is_over &&
               pthread_cond_timedwait(&over_cond, &progress_mu, &next) == 0)
            continue;
        if (!is_over)
            fprintf(stderr, "%d lines\n", n_counted);
    }
    pthread_mutex_unlock(&progress_mu);
    return unused;
}

// Counts the words of these files.
static void count_words(FILE **files, int n)
{
    pthread_t workers[WORKERS], telling;
    for (int i = 0; i < PARTS; i++)
        pthread_mutex_init(&parts[i].mu, NULL);
    pthread_create(&telling, NULL, teller, NULL);
    for (int i = 0; i < WORKERS; i++)
        pthread_create(&workers[i], NULL, worker, NULL);
    char line[LINE];
    for (int i = 0; i < n; i++) {
        while (fgets(line, sizeof line, files[i]) != NULL)
            put(line);
    }
    close_queue();
    for (int i = 0; i < WORKERS; i++)
        pthread_join(workers[i], NULL);
    pthread_mutex_lock(&progress_mu);
    is_over = true;
    pthread_cond_signal(&over_cond);
    pthread_mutex_unlock(&progress_mu);
    pthread_join(telling, NULL);
}

// ---- A test ----

void test_few_words(void);

void test_few_words(void)
{
    char text[] = "One fish, two fish,\nred fish,\n\nblue fish.\n";
    FILE *file = fmemopen(text, strlen(text), "r");
    count_words(&file, 1);
    fclose(file);
    assert(strcmp(most_frequent()->text, "fish") == 0);
    assert(most_frequent()->count == 4);
}

// ---- The program ----

int main(int argc, char **argv)
{
    FILE *files[argc];
    for (int i = 1; i < argc; i++) {
        files[i] = fopen(argv[i], "r");
        if (files[i] == NULL) {
            perror(argv[i]);
            return 2;
        }
    }
    count_words(files + 1, argc - 1);
    const struct word *most = most_frequent();
    if (most != NULL)
        printf("%d times: %s\n", most->count, most->text);
    return 0;
}
