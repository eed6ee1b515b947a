// The rows that a student's simlab writes, as the grading reads them
// (grade/runs.c): arbitrary bytes, or rows that are nearly right. Whatever they
// are, each run that was asked for is there once, and its words harm nobody.
#include "grade/report.h"
#include "grade/runs.h"
#include "grade/store.h"
#include "rt/alloc.h"
#include "rt/clean.h"
#include "tests/fuzz/input.h"

#include <stdio.h>
#include <string.h>

// The file that is read next.
static struct bytes file;

// In place of store_read.
char *__wrap_store_read(const char *path, size_t most, size_t *size);
char *__wrap_store_read(const char *path, size_t most, size_t *size)
{
    (void)path;
    must(file.len <= most);
    char *copy = alloc(file.len + 1);
    memcpy(copy, file.data, file.len);
    *size = file.len;
    return copy;
}

static const char *pick(struct input *input, const char *const words[4])
{
    return words[take_byte(input) % 4];
}

// A text of arbitrary bytes, most of them as an escape.
static void put_text(FILE *to, struct input *input)
{
    for (int left = take_byte(input) % 32; left > 0; left--) {
        unsigned byte = take_byte(input);
        if (byte % 2 == 0)
            fprintf(to, "\\u%02x%02x", take_byte(input) & 0xf8u, byte);
        else
            fputc((int)byte, to);
    }
}

// A row that is nearly right.
static void put_row(FILE *to, struct input *input)
{
    static const char *const tests[] = { "initial_election",
                                         "multiple_elections",
                                         "initial_election",
                                         "election_after_network_failure" };
    static const char *const runs[] = { "1", "2", "1", "0" };
    static const char *const seeds[] = { "7", "8", "7", "6" };
    static const char *const results[] = { "passed", "failed", "inconclusive",
                                           "failed" };
    fprintf(to, "{\"time\":\"virtual\",\"suite\":\"2A\",\"test\":\"%s\"",
            pick(input, tests));
    fprintf(to, ",\"run\":%s,\"seed\":%s", pick(input, runs),
            pick(input, seeds));
    fprintf(to, ",\"result\":\"%s\",\"message\":\"", pick(input, results));
    put_text(to, input);
    fputs("\",\"record\":\"logs/", to);
    if (take_byte(input) % 2 == 0)
        put_text(to, input);
    fputs("a.jsonl\",\"seconds\":3.5,\"rpcs\":44,\"bytes\":1728,\"commands\":0,"
          "\"saves\":2,"
          "\"cpu_seconds\":0.0007}",
          to);
}

// The caller frees the text.
static struct bytes make_rows(struct input *input)
{
    char *text;
    size_t size;
    FILE *to = alloc_stream(&text, &size);
    fputs("[\n", to);
    for (int left = take_byte(input) % 5; left >= 0; left--) {
        put_row(to, input);
        fputs(left > 0 ? ",\n" : "\n", to);
    }
    fputs("]\n", to);
    fclose(to);
    if (take_byte(input) % 4 == 0)
        text[take_word(input) % size] = (char)take_byte(input);
    return (struct bytes){ text, size };
}

static void must_be_harmless(const char *message)
{
    size_t len = strlen(message);
    char *copy = alloc_string(message);
    clean_text(copy, len);
    must(strcmp(copy, message) == 0);
    free(copy);
    copy = report_text(message, len);
    must(strlen(copy) <= len);
    free(copy);
}

static void must_be_whole(const struct run *run, const struct asked *asked,
                          int k)
{
    must(run->layer == LAYER_VIRTUAL && run->test == asked->tests[k / 2]);
    must(run->number == k % 2 + 1 && run->seed == 7 + (uint64_t)(k % 2));
    must(run->state >= RUN_PASSED && run->state <= RUN_INCONCLUSIVE);
    must((run->message == NULL) == (run->state == RUN_PASSED));
    must(run->rpcs >= 0 && run->bytes >= 0 && run->commands >= 0);
    must(run->seconds >= 0 && run->cpu_s >= 0);
    must(run->record == NULL || strchr(run->record, '/') == NULL);
    if (run->message != NULL)
        must_be_harmless(run->message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { data, size };
    bool is_raw = take_byte(&input) % 8 == 0;
    struct bytes rows = make_rows(&input);
    file = is_raw ? (struct bytes){ (void *)data, size } : rows;

    int tests[] = { known_find("2A", "initial_election"),
                    known_find("2A", "multiple_elections") };
    struct asked asked = { LAYER_VIRTUAL, tests, 2, 2, 7 };
    struct runs runs = { 0 };
    char *why = runs_read(&runs, "rows", &asked);
    must(runs.n == 4);
    for (int k = 0; k < 4; k++)
        must_be_whole(&runs.runs[k], &asked, k);
    free(why);
    runs_free(&runs);
    bytes_free(&rows);
    return 0;
}
