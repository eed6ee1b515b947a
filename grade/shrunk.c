#include "grade/shrunk.h"

#include "grade/confine.h"
#include "grade/store.h"
#include "rt/alloc.h"

#include <stdlib.h>
#include <unistd.h>

// A search that is stopped keeps the smallest run so far. Most of what it
// finds, it finds at once.
static char command[] =
    "test=$1 seed=$2; exec > log 2>&1;"
    "timeout -s INT -k 5 15 nice -n 10 /lab/shrink --test $test --first $seed"
    " --limit 10 --save-tape small.tape;"
    "nice -n 10 /lab/simlab --tape small.tape --limit 30 --record /out";

static struct end_of_command search(const struct run *run,
                                    const struct work *work, const char *folder)
{
    const struct known *known = &known_tests[run->test];
    char *test = alloc_format("%s/%s", known->suite, known->test);
    char *seed = alloc_format("%llu", (unsigned long long)run->seed);
    char *shrink = alloc_format("%s/shrink:/lab/shrink", work->build);
    char *simlab = alloc_format("%s/simlab:/lab/simlab", work->build);
    char *place = alloc_format("%s:/out", folder);
    struct confinement confinement = {
        .readable = (const char *const[]){ shrink, simlab, NULL },
        .writable = (const char *const[]){ place, NULL },
        .folder = "/out",
        .wall_s = 90,
        .cpu_s = 60,
        .memory_mb = 2500,
        .processes = 50,
        .file_mb = 400,
        .output_kb = 10,
    };
    char *argv[] = { "sh", "-c", command, "sh", test, seed, NULL };
    struct end_of_command end = confine_run(&confinement, argv);
    free(test);
    free(seed);
    free(shrink);
    free(simlab);
    free(place);
    return end;
}

char *shrunk_record(const struct run *run, const struct work *work)
{
    char *folder = alloc_format("%s/small", work->folder);
    char *record = alloc_format("%s/small.jsonl", folder);
    bool made = store_remove(folder) && store_make_folder(folder);
    if (made)
        free(search(run, work, folder).output);
    if (!made || access(record, R_OK) != 0) {
        free(record);
        record = NULL;
    }
    free(folder);
    return record;
}
