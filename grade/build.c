// A submission is built in two sandboxes. In the first one its files are
// compiled, among headers; neither the reference nor the tests are there. In
// the second one its objects are linked with the lab's, and the lab's files
// that read messages are compiled, if its messages are not the given ones;
// none of its sources is there.
#include "grade/build.h"

#include "grade/confine.h"
#include "grade/places.h"
#include "grade/store.h"
#include "rt/alloc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// gcc calls it a fault of its own if what it writes is too large.
#define LARGE "File size limit exceeded"

enum {
    WALL_S = 300,  // Others may use the processors, too.
    CPU_S = 120,
    STILL_S = 60,
    MEMORY_MB = 2048,
    PROCESSES = 64,
    OBJECTS_MB = 128,
    PROGRAMS_MB = 256,
    OUTPUT_KB = 64,
};

// ---- Lists of places ----

struct places {
    char **all;
    size_t n;
};

// Takes the text over.
static void add(struct places *places, char *text)
{
    places->all = alloc_resize(places->all, places->n + 2, sizeof *places->all);
    places->all[places->n++] = text;
    places->all[places->n] = NULL;
}

// The file or folder of the lab, at its own place.
static void add_lab(struct places *places, const char *name)
{
    add(places, alloc_format("%s:/lab/%s", name, name));
}

// Files of these are compiled in the second sandbox.
static bool has_readers(const char *room)
{
    return strcmp(room, "decode") == 0 || strcmp(room, "record") == 0;
}

static void add_headers(struct places *places, bool with_readers)
{
    DIR *folder = opendir(PLACE_HEADERS);
    for (struct dirent *entry;
         folder != NULL && (entry = readdir(folder)) != NULL;) {
        const char *room = entry->d_name;
        if (room[0] == '.' || strcmp(room, "raft") == 0)
            continue;
        if (with_readers && has_readers(room))
            add_lab(places, room);
        else
            add(places, alloc_format(PLACE_HEADERS "/%s:/lab/%s", room, room));
    }
    if (folder != NULL)
        closedir(folder);
    add(places, alloc_string(PLACE_HEADERS "/raft/raft.h:/lab/raft/raft.h"));
    add_lab(places, "scripts");
}

static void free_places(struct places *places)
{
    for (size_t k = 0; k < places->n; k++)
        free(places->all[k]);
    free(places->all);
}

// ---- The two steps ----

static char *messages_of(const char *source)
{
    char *path = alloc_format("%s/raft.x", source);
    if (access(path, F_OK) == 0)
        return path;
    free(path);
    return alloc_string("raft/raft.x");
}

// The submission's own files, as raft/. The given raft.h and, without an own
// one, the given raft.x are among them.
static void add_sources(struct places *places, const char *source)
{
    DIR *folder = opendir(source);
    for (struct dirent *entry;
         folder != NULL && (entry = readdir(folder)) != NULL;) {
        const char *name = entry->d_name;
        if (name[0] != '.' && strcmp(name, "raft.h") != 0 &&
            strcmp(name, "raft.x") != 0)
            add(places, alloc_format("%s/%s:/lab/raft/%s", source, name, name));
    }
    if (folder != NULL)
        closedir(folder);
    char *messages = messages_of(source);
    add(places, alloc_format("%s:/lab/raft/raft.x", messages));
    free(messages);
}

// The lab's own, of the modes that the products have: the file or folder `from`
// of build/MODE, as `to` there. There is more in build/MODE: the reference.
static void add_modes(struct places *places, const char *from, const char *to,
                      unsigned products)
{
    static const char *const modes[] = { "plain", "tsan", "asan" };
    unsigned wanted = (products | BUILD_SIMULATOR) >> 1;
    for (int k = 0; k < 3; k++) {
        if ((wanted >> k & 1) != 0)
            add(places, alloc_format("build/%s%s:/lab/build/%s%s", modes[k],
                                     from, modes[k], to));
    }
}

static void add_parts(struct places *places, const char *source,
                      const char *objects)
{
    add_lab(places, "tests/fig2");
    add(places, alloc_format("%s:/lab/made", objects));
    char *messages = messages_of(source);
    add(places, alloc_format("%s:/lab/raft.x", messages));
    free(messages);
    add(places, alloc_string("raft/raft.x:/lab/given.x"));
}

// The words of a command that builds the products.
static void set_command(char *argv[], const char *step, unsigned products)
{
    static char *const names[] = { "shared", "plain", "tsan", "asan" };
    int n = 0;
    argv[n++] = "sh";
    argv[n++] = "scripts/build-submission";
    argv[n++] = (char *)step;
    for (int k = 0; k < 4; k++) {
        if ((products >> k & 1) != 0)
            argv[n++] = names[k];
    }
    argv[n] = NULL;
}

// ---- What the compiler says ----

// Takes the lines "  CC    FILE" out. Sets `last` to the last file, if it has
// one.
static void take_out_files(char *text, char *last, size_t size)
{
    static const char mark[] = "  CC    ";
    char *to = text;
    for (char *line = text; *line != '\0';) {
        size_t n = strcspn(line, "\n");
        size_t whole = n + (line[n] == '\n');
        if (strncmp(line, mark, sizeof mark - 1) == 0) {
            snprintf(last, size, "%.*s", (int)(n - (sizeof mark - 1)),
                     line + sizeof mark - 1);
        } else {
            memmove(to, line, whole);
            to += whole;
        }
        line += whole;
    }
    *to = '\0';
}

static char *message_of(const struct confinement *confinement,
                        struct end_of_command *end)
{
    char last[128] = "", *limit = strstr(end->output, LARGE);
    if (limit != NULL)
        *limit = '\0';
    take_out_files(end->output, last, sizeof last);
    if (limit != NULL)
        return alloc_format("%s: what the compiler writes for it is larger "
                            "than %ld MB\n",
                            last, confinement->file_mb);
    if (end->end == END_EXITED && end->output[0] != '\0' &&
        !end->memory_ran_out)
        return alloc_string(end->output);
    if (end->end == END_EXITED && end->status == 0)
        return alloc_string("");
    char *how = confine_end_text(confinement, end);
    if (end->end == END_STILL) {
        char *advised =
            alloc_format("%s; does it include a pipe or a device, instead of "
                         "a file?",
                         how);
        free(how);
        how = advised;
    }
    char *text =
        last[0] == '\0'
            ? alloc_format("%sthe build %s\n", end->output, how)
            : alloc_format("%s%s: the compiler %s\n", end->output, last, how);
    free(how);
    return text;
}

// Runs a step. Adds what it says and takes to the build.
static bool run(struct build *build, const struct places *readable,
                const char *writable, long file_mb, char *const argv[])
{
    char *place = alloc_format("%s:/lab/out", writable);
    const char *const places[] = { place, NULL };
    struct confinement confinement = {
        .readable = (const char *const *)readable->all,
        .writable = places,
        .folder = "/lab",
        .wall_s = WALL_S,
        .cpu_s = CPU_S,
        .still_s = STILL_S,
        .memory_mb = MEMORY_MB,
        .processes = PROCESSES,
        .file_mb = file_mb,
        .output_kb = OUTPUT_KB,
    };
    struct end_of_command end = confine_run(&confinement, argv);
    char *more = message_of(&confinement, &end), *old = build->message;
    build->message = alloc_format("%s%s", old, more);
    build->seconds += end.seconds;
    build->cpu_s += end.cpu_s;
    build->fallback = end.fallback;
    // On a busy machine a build may be late that takes little.
    build->ran = end.end != END_NOT_STARTED && !end.memory_ran_out &&
                 (end.end != END_TIME || !end.was_ready ||
                  end.cpu_s >= confinement.cpu_s);
    free(more);
    free(old);
    free(end.output);
    free(place);
    return end.end == END_EXITED && end.status == 0;
}

static bool compile(struct build *build, const char *source,
                    const char *objects, unsigned products)
{
    struct places readable = { NULL, 0 };
    add_headers(&readable, false);
    add_sources(&readable, source);
    add_modes(&readable, "/parts", "/parts", products);
    add_lab(&readable, PLACE_CHECK_LAYOUT);
    char *argv[8];
    set_command(argv, "compile", products);
    bool ok = run(build, &readable, objects, OBJECTS_MB, argv);
    free_places(&readable);
    return ok;
}

static bool link_programs(struct build *build, const char *source,
                          const char *objects, const char *programs,
                          unsigned products)
{
    struct places readable = { NULL, 0 };
    add_headers(&readable, true);
    add_parts(&readable, source, objects);
    add_modes(&readable, "/linked", "", products);
    char *argv[8];
    set_command(argv, "link", products & ~(unsigned)BUILD_OBJECT);
    bool ok = run(build, &readable, programs, PROGRAMS_MB, argv);
    free_places(&readable);
    return ok;
}

static bool take_object(const char *objects, const char *folder,
                        unsigned products)
{
    if ((products & BUILD_OBJECT) == 0)
        return true;
    char *from = alloc_format("%s/raft.so", objects),
         *to = alloc_format("%s/raft.so", folder);
    bool taken = rename(from, to) == 0;
    free(from);
    free(to);
    return taken;
}

struct build build_submission(const char *source, const char *folder,
                              unsigned products)
{
    struct build build = { .message = alloc_string("") };
    char *objects = alloc_format("%s/objects", folder);
    if ((mkdir(folder, 0755) != 0 && errno != EEXIST) ||
        (mkdir(objects, 0755) != 0 && errno != EEXIST)) {
        free(build.message);
        build.message = alloc_format("%s cannot be written: %s\n", objects,
                                     strerror(errno));
        free(objects);
        return build;
    }
    build.ok = compile(&build, source, objects, products) &&
               take_object(objects, folder, products);
    if (build.ok && (products & ~(unsigned)BUILD_OBJECT) != 0)
        build.ok = link_programs(&build, source, objects, folder, products);
    store_remove(objects);
    free(objects);
    return build;
}
