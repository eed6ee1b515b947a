// Runs a test in real time, on servers that are processes.
#include "runner/world.h"

#include "judge/codecs.h"
#include "judge/internal.h"
#include "record/record.h"
#include "rt/bad_input.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const bool world_is_isolated = true;

// Reads the file; one that is no layout ends the program.
static struct layout *read_layout(const char *path)
{
    char text[MAX_LAYOUT + 1];
    FILE *file = fopen(path, "r");
    size_t len = file != NULL ? fread(text, 1, sizeof text, file) : 0;
    if (file == NULL || ferror(file))
        bad_input("lab", "--layout wants a raft.x, not \"%s\": %s", path,
                  strerror(errno));
    fclose(file);
    char *wrong;
    struct layout *layout = layout_read((struct bytes){ text, len }, &wrong);
    if (layout == NULL)
        bad_input("lab", "%s, %s", path, wrong);
    return layout;
}

void world_prepare(const struct options *options)
{
    const struct layout *layout = read_layout(options->layout);
    char *wrong = codecs_set(layout);
    if (wrong != NULL)
        bad_input("lab", "%s: %s", options->layout, wrong);
    record_set_raft(options->raft, options->digest);
}

void world_run(const struct lab_test *test, const struct options *options,
               int seed)
{
    (void)seed;
    judge_start(options->peer, options->object);
    looks_start();
    lab_test_run(test);
    looks_stop();
    judge_stop();
}
