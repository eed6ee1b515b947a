#include "grade/show.h"

#include "grade/confine.h"
#include "grade/places.h"
#include "grade/shrunk.h"
#include "grade/store.h"
#include "rt/alloc.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// A record has 8 MB of events, told in 12 MB (docs/record.md).
#define MAX_RECORD ((size_t)50 << 20)
#define MAX_HEADER ((size_t)64 << 10)
#define MAX_PAGE   ((size_t)60 << 20)
#define MAX_LOG    ((size_t)1 << 20)
#define MAX_WORDS  ((size_t)8 << 10)
#define MAX_TEXT   ((size_t)64 << 10)

// ---- The record, without what would tell the seed ----

// The header's line without the fields that are for staff. NULL if it is no
// header. free() frees it.
static char *clean_header(const char *line, size_t size)
{
    // Parsed, a line may take eighty times its size.
    json_t *header = size > MAX_HEADER ? NULL : json_loadb(line, size, 0, NULL);
    if (!json_is_object(header)) {
        json_decref(header);
        return NULL;
    }
    static const char *const staffs[] = { "seed", "policy", "raft" };
    for (size_t k = 0; k < sizeof staffs / sizeof *staffs; k++)
        json_object_del(header, staffs[k]);
    char *text = json_dumps(header, JSON_COMPACT);
    json_decref(header);
    return text;
}

static bool copy_record(const char *from, const char *to)
{
    size_t size;
    char *bytes = store_read(from, MAX_RECORD, &size);
    if (bytes == NULL)
        return false;
    size_t first = strcspn(bytes, "\n");
    char *header = clean_header(bytes, first);
    bool copied = false;
    if (header != NULL) {
        char *all;
        size_t length;
        FILE *file = alloc_stream(&all, &length);
        fputs(header, file);
        fwrite(bytes + first, 1, size - first, file);
        fclose(file);
        copied = store_write(to, all, length);
        free(all);
    }
    free(header);
    free(bytes);
    return copied;
}

// ---- What a sanitizer reported ----

// The report's first lines in the run's output. NULL if there is none. The
// caller frees it.
static char *read_report(const struct run *run, const struct work *work)
{
    const struct known *test = &known_tests[run->test];
    bool is_simulated = strncmp(test->suite, "sim_", 4) == 0;
    char *folder = work_call(work, run->layer, run->call);
    char *path = alloc_format("%s/%s%s-%s-run%03d.log", folder,
                              is_simulated ? "" : "raft_", test->suite,
                              test->test, run->number);
    free(folder);
    size_t size;
    char *log = store_read(path, MAX_LOG, &size);
    free(path);
    if (log == NULL)
        return NULL;
    const char *at = strstr(log, "WARNING: ThreadSanitizer");
    if (at == NULL)
        at = strstr(log, "ERROR: ");
    if (at == NULL)
        at = strstr(log, "runtime error: ");
    char *words = at == NULL ? NULL : report_text(at, MAX_WORDS);
    free(log);
    return words;
}

// Sets the record to a copy of this one, if it is there.
static void take_record(struct shown *shown, const char *from)
{
    char *to = alloc_format("%s/record.jsonl", shown->work->folder);
    if (copy_record(from, to))
        shown->record = to;
    else
        free(to);
}

struct shown show_run(const struct run *run, const struct work *work,
                      bool shrinks)
{
    struct shown shown = { .work = work };
    char *small = shrinks && run->layer == LAYER_VIRTUAL
                      ? shrunk_record(run, work)
                      : NULL;
    if (small != NULL)
        take_record(&shown, small);
    shown.is_small = shown.record != NULL;
    if (shown.record == NULL && run->record != NULL) {
        char *folder = work_call(work, run->layer, run->call);
        char *from = alloc_format("%s/%s", folder, run->record);
        take_record(&shown, from);
        free(from);
        free(folder);
    }
    if (run->layer == LAYER_TSAN || run->layer == LAYER_ASAN)
        shown.words = read_report(run, work);
    free(small);
    return shown;
}

void show_end(struct shown *shown)
{
    if (shown->record != NULL)
        unlink(shown->record);
    free(shown->record);
    free(shown->words);
}

// ---- The programs that read the record ----

static struct end_of_command run_viewer(const struct shown *shown,
                                        const char *out, char *const argv[])
{
    const struct work *work = shown->work;
    char *view = alloc_format("%s/%s:/lab/view", work->root, PLACE_VIEW);
    char *page = alloc_format("%s/%s:/lab/page", work->root, PLACE_PAGE);
    char *record = alloc_format("%s:/in/record.jsonl", shown->record);
    char *place = alloc_format("%s:/out", out);
    const char *readable[] = { view, page, record, NULL };
    const char *writable[] = { place, NULL };
    struct confinement confinement = {
        .readable = readable,
        .writable = writable,
        .folder = "/out",
        .wall_s = 60,
        .cpu_s = 60,
        .memory_mb = 2000,
        .processes = 20,
        .file_mb = 300,
        .output_kb = MAX_TEXT >> 10,
    };
    struct end_of_command end = confine_run(&confinement, argv);
    free(view);
    free(page);
    free(record);
    free(place);
    return end;
}

// The summary of the record; NULL if there is none. The caller frees it.
static char *summary_of(const struct shown *shown)
{
    if (shown->record == NULL)
        return NULL;
    char *argv[] = { "/lab/view", "summary", "--no-verdict", "/in/record.jsonl",
                     NULL };
    struct end_of_command end = run_viewer(shown, shown->work->results, argv);
    if (end.end == END_EXITED && end.status == 0)
        return end.output;
    free(end.output);
    return NULL;
}

bool show_summary(const struct shown *shown, const struct failure *failure,
                  const char *path)
{
    const struct known *test = &known_tests[failure->test];
    char *message = report_text(failure->message, MAX_TEXT);
    char *summary = summary_of(shown);
    char *text;
    size_t size;
    FILE *to = alloc_stream(&text, &size);
    fprintf(to, "%s/%s, %s; %d run%s failed alike\n\n%s\n", test->suite,
            test->test, layer_text(failure->layer), failure->runs,
            failure->runs == 1 ? "" : "s", message);
    if (shown->is_small)
        fputs("\nShown is a smaller run that fails alike; its times are its "
              "own.\n",
              to);
    if (shown->words != NULL)
        fprintf(to, "\n%s\n", shown->words);
    if (summary != NULL) {
        char *told = report_text(summary, MAX_TEXT);
        fprintf(to, "\n%s", told);
        free(told);
    }
    fclose(to);
    bool written = store_write(path, text, size);
    free(text);
    free(summary);
    free(message);
    return written;
}

bool show_page(const struct shown *shown, const char *path)
{
    if (shown->record == NULL)
        return false;
    char *folder = alloc_format("%s/page", shown->work->folder);
    char *page = alloc_format("%s/page.html", folder);
    char *argv[] = { "bash", "-c",
                     "/lab/page/write /in/record.jsonl /lab/view > page.html",
                     NULL };
    store_make_folder(folder);
    struct end_of_command end = run_viewer(shown, folder, argv);
    size_t size = 0;
    char *bytes = end.end == END_EXITED && end.status == 0
                      ? store_read(page, MAX_PAGE, &size)
                      : NULL;
    bool written = bytes != NULL && store_write(path, bytes, size);
    free(bytes);
    free(end.output);
    store_remove(folder);
    free(folder);
    free(page);
    return written;
}
