// The folder of a grading: whole files or none, locks, folders put in place at
// once; and what is drawn from a secret.
#include "grade/secret.h"
#include "grade/store.h"
#include "rt/alloc.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// Makes a new folder, and goes there.
static void go_to_new_folder(void)
{
    static char folder[] = "/tmp/raftlab-store-XXXXXX";
    check(mkdtemp(folder) != NULL && chdir(folder) == 0);
}

static void leave_folder(void)
{
    char *folder = realpath(".", NULL);
    check(store_remove(folder));
    check(access(folder, F_OK) != 0);
    free(folder);
}

static bool holds(const char *path, const char *text)
{
    size_t size;
    char *bytes = store_read(path, 1000, &size);
    bool same = bytes != NULL && strcmp(bytes, text) == 0;
    free(bytes);
    return same;
}

// If a file cannot be written whole, the old one stays, and nothing else.
UNIT_TEST(store, no_half_written_file)
{
    go_to_new_folder();
    check(store_write("a", "old", 3));

    static char large[100000];
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 5000, RLIM_INFINITY });
    bool written = store_write("a", large, sizeof large);
    int error = errno;
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY });

    check(!written && error == EFBIG);
    check(holds("a", "old"));
    check(unlink("a") == 0 && rmdir(".") != 0);
    char *folder = realpath(".", NULL);
    check(rmdir(folder) == 0);  // It is empty.
    free(folder);
}

UNIT_TEST(store, reads_only_files_of_the_size)
{
    go_to_new_folder();
    check(store_write("a", "12345", 5));
    check(symlink("a", "link") == 0 && mkfifo("pipe", 0600) == 0);

    size_t size;
    check(holds("a", "12345"));
    check(store_read("a", 4, &size) == NULL && errno == EFBIG);
    check(store_read("link", 10, &size) == NULL && errno == ELOOP);
    char *of_pipe = store_read("pipe", 10, &size);
    check(of_pipe == NULL || size == 0);
    free(of_pipe);
    leave_folder();
}

// Can another process lock the folder, until it ends?
static bool can_lock(const char *const *only)
{
    pid_t pid = fork();
    if (pid == 0) {
        char *why = store_lock(".", only);
        bool locked = why == NULL;
        free(why);
        _exit(locked ? 0 : 1);
    }
    int status;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

UNIT_TEST(store, one_grading_in_a_folder)
{
    go_to_new_folder();
    check(can_lock(NULL) && can_lock(NULL));

    check(store_lock(".", (const char *const[]){ "ann", "eve", "ann", NULL }) ==
          NULL);
    check(can_lock((const char *const[]){ "bob", NULL }));
    check(!can_lock((const char *const[]){ "ann", NULL }));
    check(!can_lock((const char *const[]){ "bob", "eve", NULL }));
    check(!can_lock(NULL));
    leave_folder();
}

UNIT_TEST(store, folders_are_replaced_at_once)
{
    go_to_new_folder();
    check(mkdir("new", 0755) == 0 && store_write("new/a", "1", 1));
    check(store_replace("new", "there") && holds("there/a", "1"));

    check(mkdir("new", 0755) == 0 && store_write("new/b", "2", 1));
    check(store_replace("new", "there") && holds("there/b", "2"));

    check(access("there/a", F_OK) != 0 && access("new", F_OK) != 0);
    leave_folder();
}

UNIT_TEST(store, removes_what_has_no_permissions)
{
    go_to_new_folder();
    check(mkdir("a", 0755) == 0 && mkdir("a/b", 0755) == 0 &&
          store_write("a/b/c", "1", 1) && chmod("a/b", 0) == 0);
    check(store_remove("a") && access("a", F_OK) != 0);
    check(store_remove("a"));  // There is none; so nothing is left.
    leave_folder();
}

// The seeds follow from the secret, the submission and the layer.
UNIT_TEST(secret, seeds)
{
    struct secret a = { .bytes = "0123456789abcdef", .size = 16 };
    struct secret b = { .bytes = "0123456789abcdeg", .size = 16 };
    uint64_t seed = secret_seed(&a, "d1", LAYER_VIRTUAL, 1000000);

    check(seed >= 1 && seed <= 1000000);
    check(secret_seed(&a, "d1", LAYER_VIRTUAL, 1000000) == seed);
    check(secret_seed(&b, "d1", LAYER_VIRTUAL, 1000000) != seed);
    check(secret_seed(&a, "d2", LAYER_VIRTUAL, 1000000) != seed);
    check(secret_seed(&a, "d1", LAYER_TSAN, 1000000) != seed);
    check(secret_seed(&a, "d1", LAYER_VIRTUAL, 1) == 1);
}

// A secret of the grading's own is made once, for its owner's eyes.
UNIT_TEST(secret, of_a_grading)
{
    go_to_new_folder();
    struct secret first = secret_of_grading(".", false);
    struct secret second = secret_of_grading(".", false);
    struct stat status;

    check(first.size == 32 && memcmp(first.bytes, second.bytes, 32) == 0);
    check(strlen(first.id) == 16 && strcmp(first.id, second.id) == 0);
    check(stat(".secret", &status) == 0 && (status.st_mode & 077) == 0);
    free(first.bytes);
    free(second.bytes);
    leave_folder();
}
