#include "grade/junit.h"

#include "grade/feedback.h"
#include "grade/store.h"
#include "rt/alloc.h"
#include "rt/clean.h"

#include <libxml/xmlwriter.h>
#include <stdlib.h>
#include <string.h>

// A document while it is written.
struct junit {
    xmlTextWriterPtr to;
    const struct report *report;
    bool failed;  // There was no memory.
};

static void must(struct junit *junit, int result)
{
    junit->failed |= result < 0;
}

static void begin(struct junit *junit, const char *element)
{
    must(junit, xmlTextWriterStartElement(junit->to, BAD_CAST element));
}

static void end(struct junit *junit)
{
    must(junit, xmlTextWriterEndElement(junit->to));
}

// XML has no control characters, not even escaped ones.
static void attribute(struct junit *junit, const char *name, const char *value)
{
    char *copy = alloc_string(value);
    clean_text(copy, strlen(copy));
    must(junit,
         xmlTextWriterWriteAttribute(junit->to, BAD_CAST name, BAD_CAST copy));
    free(copy);
}

static void number(struct junit *junit, const char *name, int value)
{
    must(junit, xmlTextWriterWriteFormatAttribute(junit->to, BAD_CAST name,
                                                  "%d", value));
}

static bool was_run(const struct report *report)
{
    return report->state == REPORT_GRADED ||
           report->state == REPORT_FOR_A_PERSON;
}

enum result { PASSED, FAILED, SKIPPED };

static enum result result_of(const struct layer_score *layer)
{
    if (layer->failed > 0)
        return FAILED;
    return layer->passed > 0 ? PASSED : SKIPPED;
}

static void put_outcome(struct junit *junit, const struct test_score *score,
                        enum layer layer)
{
    enum result result = result_of(&score->layers[layer]);
    if (result == PASSED)
        return;
    begin(junit, result == FAILED ? "failure" : "skipped");
    char *line = feedback_of_layer(&score->layers[layer]);
    attribute(junit, "message", line);
    free(line);
    char *words = feedback_of_failure(junit->report, score->test, layer);
    if (words != NULL && result == FAILED)
        must(junit, xmlTextWriterWriteString(junit->to, BAD_CAST words));
    free(words);
    end(junit);
}

static void put_case(struct junit *junit, const struct test_score *score,
                     enum layer layer)
{
    const struct known *known = &known_tests[score->test];
    char *class = alloc_format("%s.%s", layer_word(layer), known->suite);
    begin(junit, "testcase");
    attribute(junit, "classname", class);
    attribute(junit, "name", known->test);
    put_outcome(junit, score, layer);
    end(junit);
    free(class);
}

// Calls `put`, if it is not NULL, for each test that ran in this layer; counts
// those of each result.
static void each_test(struct junit *junit, enum layer layer, int counts[3],
                      void (*put)(struct junit *, const struct test_score *,
                                  enum layer))
{
    const struct score *score = junit->report->score;
    for (int k = 0; k < score->n; k++) {
        for (int i = 0; i < score->scores[k].weighed->n_tests; i++) {
            const struct test_score *test = &score->scores[k].tests[i];
            if (test->layers[layer].runs == 0)
                continue;
            counts[result_of(&test->layers[layer])]++;
            if (put != NULL)
                put(junit, test, layer);
        }
    }
}

static void put_layer(struct junit *junit, enum layer layer)
{
    int counts[3] = { 0 };
    each_test(junit, layer, counts, NULL);
    int all = counts[PASSED] + counts[FAILED] + counts[SKIPPED];
    if (all == 0)
        return;
    begin(junit, "testsuite");
    attribute(junit, "name", layer_word(layer));
    number(junit, "tests", all);
    number(junit, "failures", counts[FAILED]);
    number(junit, "skipped", counts[SKIPPED]);
    number(junit, "errors", 0);
    each_test(junit, layer, counts, put_case);
    end(junit);
}

// A submission that was refused or not built is one case, which is in error.
static void put_not_run(struct junit *junit)
{
    const char *word = report_state_word(junit->report->state);
    begin(junit, "testsuite");
    attribute(junit, "name", "submission");
    number(junit, "tests", 1);
    number(junit, "errors", 1);
    begin(junit, "testcase");
    attribute(junit, "classname", "submission");
    attribute(junit, "name", "build");
    begin(junit, "error");
    attribute(junit, "message", word);
    char *reason = feedback_of_all(junit->report);
    must(junit, xmlTextWriterWriteString(junit->to, BAD_CAST reason));
    free(reason);
    end(junit);
    end(junit);
    end(junit);
}

static void put_document(struct junit *junit)
{
    must(junit, xmlTextWriterSetIndent(junit->to, 1));
    must(junit, xmlTextWriterStartDocument(junit->to, NULL, "UTF-8", NULL));
    begin(junit, "testsuites");
    attribute(junit, "name", junit->report->name);
    for (int k = 0; was_run(junit->report) && k < N_LAYERS; k++)
        put_layer(junit, (enum layer)k);
    if (!was_run(junit->report))
        put_not_run(junit);
    end(junit);
    must(junit, xmlTextWriterEndDocument(junit->to));
}

bool junit_write(const struct report *report, const char *path)
{
    xmlBufferPtr buffer = xmlBufferCreate();
    struct junit junit = { .report = report,
                           .to = xmlNewTextWriterMemory(buffer, 0) };
    if (junit.to == NULL)
        abort();
    put_document(&junit);
    xmlFreeTextWriter(junit.to);
    if (junit.failed)
        abort();
    bool ok = store_write(path, xmlBufferContent(buffer),
                          (size_t)xmlBufferLength(buffer));
    xmlBufferFree(buffer);
    return ok;
}
