#include "runner/hunt_page.h"

#include "record/record.h"
#include "rt/alloc.h"
#include "rt/html.h"
#include "runner/failures.h"
#include "runner/groups.h"
#include "runner/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char head[] =
    "<!DOCTYPE html>\n"
    "<html lang='en'>\n"
    "<meta charset='utf-8'>\n"
    "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
    "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; "
    "style-src 'unsafe-inline'\">\n"
    "<title>raftlab: hunt</title>\n"
    "<style>\n"
    ":root{color-scheme:light dark;--text:#1c1c1c;--back:#fff;--lane:#f7f7f5;"
    "--line:#d8d8d4;--faint:#6a6a6a;--rule:#b0287e}\n"
    "@media (prefers-color-scheme:dark){:root{--text:#e8e8e4;--back:#16181b;"
    "--lane:#1d2024;--line:#34383e;--faint:#a2a6ab;--rule:#ff77c8}}\n"
    "body{font:14px/1.4 system-ui,sans-serif;max-width:1100px;margin:16px auto;"
    "padding:0 12px;color:var(--text);background:var(--back)}\n"
    "h1{font-size:20px;margin:0 0 4px;overflow-wrap:anywhere}\n"
    "p{margin:2px 0;overflow-wrap:anywhere}\n"
    "section{border-left:6px solid var(--rule);background:var(--lane);"
    "margin:12px 0;padding:6px 12px}\n"
    "h2{font-size:15px;margin:0 0 4px;overflow-wrap:anywhere}\n"
    "a{color:inherit}\n"
    "code{overflow-wrap:anywhere}\n"
    ".faint{color:var(--faint)}\n"
    "</style>\n";

// The name of a file beside the page.
static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

// "57 runs of 2B: concurrent_starts; first with seed 3; uniform 50, pct 7"
static void put_counts(const struct hunt_page *page,
                       const struct hunt_group *group, FILE *to)
{
    char *tests = hunt_groups_tests(page->of, group);
    fprintf(to, "<p>%lld %s of ", group->n_failed,
            group->n_failed == 1 ? "run" : "runs");
    html_put(tests, to);
    free(tests);
    fprintf(to, "; first with seed %d; ", group->first.seed);
    hunt_groups_put_policies(group, to);
    fputs("</p>\n", to);
}

static void put_message(const struct hunt_group *group, const char *letter,
                        FILE *to)
{
    const struct result *result = &group->result;
    fprintf(to, "<h2>%s: ", letter);
    if (result->page != NULL) {
        fputs("<a href='", to);
        html_put(name_of(result->page), to);
        fputs("'>", to);
    }
    char *line = alloc_line(result->message);
    html_put(line, to);
    free(line);
    fputs(result->page != NULL ? "</a></h2>\n" : "</h2>\n", to);
}

// The command that replays it. The caller frees it.
static char *replay_text(const struct hunt_group *group)
{
    char *text;
    size_t size;
    FILE *to = alloc_stream(&text, &size);
    failures_put_replay(to, &group->options, group->least.run.test, group->run);
    fclose(to);
    return text;
}

static void put_group(const struct hunt_page *page,
                      const struct hunt_group *group, const char *letter,
                      FILE *to)
{
    fputs("<section>\n", to);
    put_message(group, letter, to);
    put_counts(page, group, to);
    char *command = replay_text(group);
    fputs("<p class='faint'><code>", to);
    html_put(command, to);
    fputs("</code></p>\n</section>\n", to);
    free(command);
}

static void put_page(const void *self, FILE *to)
{
    const struct hunt_page *page = self;
    fputs(head, to);
    fputs("<h1>Hunt: ", to);
    html_put(record_raft(), to);
    fputs("</h1>\n<p>", to);
    html_put(page->verdict, to);
    fputs("</p>\n", to);
    for (int i = 0; i < page->groups->n; i++) {
        char *letter = groups_letter(i);
        put_group(page, &page->groups->each[i], letter, to);
        free(letter);
    }
    fputs("</html>\n", to);
}

bool hunt_page_write(const struct hunt_page *page, const char *path)
{
    return output_write(path, put_page, page);
}
