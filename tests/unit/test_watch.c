// The watch reads what the processes of a command do, here from a /proc of our
// own.
#include "grade/store.h"
#include "grade/watch.h"
#include "rt/alloc.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];

static void put_file(int pid, const char *name, const char *text)
{
    char *path = alloc_format("%s/%d/%s", folder, pid, name);
    check(store_write(path, text, strlen(text)));
    free(path);
}

static void put_process(int pid, int parent, char state)
{
    char *path = alloc_format("%s/%d", folder, pid);
    char *stat = alloc_format(
        "%d (a) b) %c %d 0 0 0 0 0 0 0 0 0 5 6 7 8 20 0 2", pid, state, parent);
    check(store_make_folder(path));
    put_file(pid, "stat", stat);
    put_file(pid, "status", "Name: a\nRssAnon:\t12 kB\nVmSwap:\t3 kB\n");
    free(stat);
    free(path);
}

static struct usage read_usage(pid_t top)
{
    int proc = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    check(proc >= 0);
    struct usage usage = watch_read(proc, top);
    close(proc);
    return usage;
}

static void start(void)
{
    strcpy(folder, "/tmp/raftlab-watch-XXXXXX");
    check(mkdtemp(folder) != NULL);
}

UNIT_TEST(watch, adds_up_what_descends)
{
    start();
    put_process(10, 1, 'S');
    put_process(11, 10, 'T');
    put_process(12, 11, 'R');
    put_process(20, 1, 'R');
    struct usage usage = read_usage(10);
    check(usage.processes == 3 && usage.threads == 6);
    check(usage.stopped == 1 && usage.ready == 1);
    check(usage.memory_kb == 45);
    check(read_usage(0).ready == 2);
    store_remove(folder);
}

// vfork's parent is in state D, as who waits for a disk is.
UNIT_TEST(watch, who_waits_for_a_child_does_what_it_does)
{
    start();
    put_process(10, 1, 'D');
    check(read_usage(10).ready == 1);
    put_process(11, 10, 'Z');
    check(read_usage(10).ready == 1);
    put_process(11, 10, 'D');
    check(read_usage(10).ready == 2);
    put_process(12, 11, 'S');
    check(read_usage(10).ready == 0);
    put_process(12, 11, 'R');
    check(read_usage(10).ready == 3);
    store_remove(folder);
}

// They were read one after the other.
UNIT_TEST(watch, parents_may_form_a_circle)
{
    start();
    put_process(10, 11, 'D');
    put_process(11, 10, 'D');
    check(read_usage(10).ready == 2);
    store_remove(folder);
}
