#include "runner/words.h"

#include "rt/alloc.h"
#include "rt/clean.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_STACKS 4
#define LONGEST     200  // Bytes of a line.

// Copies a line without its newline, with a space for each tab.
static char *copy_line(const char *line)
{
    line += strspn(line, " \t");
    char *copy = alloc_line(line);
    if (strlen(copy) > LONGEST)
        copy[LONGEST] = '\0';
    clean_text(copy, strlen(copy));
    for (char *at = copy; *at != '\0'; at++)
        if (*at == '\t')
            *at = ' ';
    return copy;
}

static const char *next_line(const char *line)
{
    const char *end = strchrnul(line, '\n');
    return *end == '\0' ? end : end + 1;
}

// Is it a line of a stack: "    #1 0x55a0 in handle_reply raft/election.c:51"?
static bool is_frame(const char *line)
{
    line += strspn(line, " ");
    return line[0] == '#' && line[1] >= '0' && line[1] <= '9';
}

// The function and its place, if the frame is the Raft's: "handle_reply
// raft/election.c:51". NULL if it is not. The caller frees it.
static char *place_in(const char *frame, const char *raft)
{
    char *line = copy_line(frame);
    char *folder = alloc_format(" %s/", raft);
    char *place = strstr(line, folder);
    char *found = NULL;
    if (place != NULL) {
        char *name = place;
        while (name > line && name[-1] != ' ')
            name--;
        place[1 + strcspn(place + 1, " ")] = '\0';
        found = alloc_string(name);
    }
    free(folder);
    free(line);
    return found;
}

// Adds the heading of a stack and its first place in the Raft.
static void put_stack(const char *heading, const char *frame, const char *raft,
                      FILE *to)
{
    char *place = NULL;
    for (; place == NULL && is_frame(frame); frame = next_line(frame))
        place = place_in(frame, raft);
    char *line = copy_line(heading);
    fprintf(to, "%s%s%s\n", line, place == NULL ? "" : " ",
            place == NULL ? "" : place);
    free(line);
    free(place);
}

static char *read_report(const char *report, const char *raft)
{
    char *text;
    size_t size;
    FILE *to = alloc_stream(&text, &size);
    char *first = copy_line(report);
    fprintf(to, "%s\n", first);
    free(first);
    int stacks = 0;
    const char *line = report;
    while (*line != '\0' && stacks < MOST_STACKS &&
           strncmp(line, "SUMMARY: ", 9) != 0) {
        const char *next = next_line(line);
        if (!is_frame(line) && is_frame(next) && ++stacks > 0 && line != report)
            put_stack(line, next, raft, to);
        line = next;
    }
    fclose(to);
    return text;
}

// The beginning of the line with the first report of a sanitizer; or NULL.
static const char *find_report(const char *text)
{
    static const char *const signs[] = { "ERROR: AddressSanitizer",
                                         "ERROR: LeakSanitizer",
                                         "WARNING: ThreadSanitizer",
                                         ": runtime error: " };
    const char *first = NULL;
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        const char *at = strstr(text, signs[i]);
        if (at != NULL && (first == NULL || at < first))
            first = at;
    }
    while (first != NULL && first > text && first[-1] != '\n')
        first--;
    return first;
}

static char *last_line(const char *text)
{
    const char *last = NULL;
    for (const char *line = text; *line != '\0'; line = next_line(line)) {
        bool of_tester = strncmp(line, "Test (", 6) == 0;
        if (line[strspn(line, " \t\r\n")] != '\0' && *line != '\n' &&
            !of_tester)
            last = line;
    }
    return last == NULL ? NULL : copy_line(last);
}

char *words_find(const char *text, size_t size, const char *raft)
{
    char *copy = alloc(size + 1);
    memcpy(copy, text, size);
    for (size_t i = 0; i < size; i++)
        if (copy[i] == '\0')
            copy[i] = '?';
    const char *report = find_report(copy);
    char *words = report != NULL ? read_report(report, raft) : last_line(copy);
    free(copy);
    return words;
}
