// One command in a sandbox: what it sees, what stops it, and that nothing of it
// stays.
#include "grade/confine.h"
#include "grade/room.h"
#include "grade/store.h"
#include "rt/alloc.h"
#include "tests/unit/unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// A folder of this test's own.
static char out[] = "/tmp/raftlab-confine-XXXXXX";

static struct confinement usual(void)
{
    static const char *readable[] = { "Makefile:/in/Makefile", NULL };
    static char place[64];
    static const char *writable[] = { place, NULL };
    check(mkdtemp(out) != NULL);
    // Root runs commands as somebody else.
    snprintf(place, sizeof place, "%s:/out", out);
    return (struct confinement){ .readable = readable,
                                 .writable = writable,
                                 .folder = "/out",
                                 .wall_s = 20,
                                 .cpu_s = 20,
                                 .memory_mb = 500,
                                 .processes = 20,
                                 .file_mb = 10,
                                 .output_kb = 16 };
}

static struct end_of_command run(const struct confinement *confinement,
                                 char *script)
{
    return confine_run(confinement, (char *[]){ "sh", "-c", script, NULL });
}

// Runs a script that ends so.
static void must_end(const struct confinement *confinement, char *script,
                     enum end end)
{
    struct end_of_command ended = run(confinement, script);
    char *text = confine_end_text(confinement, &ended);
    check_that(ended.end == end, "\"%s\" %s: %s", script, text, ended.output);
    free(text);
    free(ended.output);
}

// Runs a script that says so.
static void must_say(const struct confinement *confinement, char *script,
                     const char *text)
{
    struct end_of_command ended = run(confinement, script);
    check_that(strcmp(ended.output, text) == 0, "\"%s\" says: %s", script,
               ended.output);
    free(ended.output);
}

static bool has_word(const char *folder, const char *name, const char *word)
{
    char *path = alloc_format("%s/%s/cmdline", folder, name);
    char text[4096] = "";
    int fd = open(path, O_RDONLY);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    free(path);
    if (fd >= 0)
        close(fd);
    return n > 0 && memmem(text, (size_t)n, word, strlen(word)) != NULL;
}

// Has any process of the machine this word?
static bool lives(const char *word)
{
    bool found = false;
    DIR *folder = opendir("/proc");
    for (struct dirent *entry; !found && (entry = readdir(folder)) != NULL;)
        found =
            atoi(entry->d_name) > 0 && has_word("/proc", entry->d_name, word);
    closedir(folder);
    return found;
}

// ---- The system's memory ----

long long __wrap_oom_kills(void);

static bool kills;  // The system kills something each time that it is asked.

long long __wrap_oom_kills(void)
{
    static long long n;
    n += kills;
    return n;
}

static void must_prove(const struct confinement *confinement, char *script,
                       bool proves, const char *says)
{
    struct end_of_command ended = run(confinement, script);
    char *text = confine_end_text(confinement, &ended);
    check_that(ended.memory_ran_out == !proves && strcmp(text, says) == 0,
               "\"%s\" %s", script, text);
    free(text);
    free(ended.output);
}

UNIT_TEST(confine, a_failure_proves_nothing_when_memory_ran_out)
{
    struct confinement most = usual();
    must_prove(&most, "kill -9 $$", true, "was killed by signal 9 (Killed)");
    kills = true;
    must_prove(&most, "kill -9 $$", false,
               "was killed by signal 9 (Killed) when the system's memory ran "
               "out");
    must_prove(&most, "exit 1", false,
               "ended with status 1 when the system's memory ran out");
    must_prove(&most, "true", true, "ended with status 0");
    most.wall_s = 1;
    must_prove(&most, "sleep 30", true, "took more than 1 s");
    kills = false;
    store_remove(out);
}

// ---- The sandbox ----

UNIT_TEST(confine, shows_nothing_of_the_machine)
{
    struct confinement most = usual();
    setenv("RAFTLAB_SECRET", "secret", 1);
    int open_file = open("Makefile", O_RDONLY);  // Inherited by an exec.
    check(open_file >= 0);

    must_say(&most, "env | grep -c SECRET", "0\n");
    must_say(&most, "ls -A /tmp /etc/passwd /root /home 2>/dev/null | xargs",
             "/tmp:\n");
    must_say(&most, "ls /in", "Makefile\n");
    must_say(&most, "set -- /proc/[0-9]*; echo $#", "2\n");
    must_say(&most, "grep -c : /proc/net/dev", "1\n");
    must_say(&most, "grep -h ^CapEff: /proc/self/status | tr -d '\\t'",
             "CapEff:0000000000000000\n");
    must_say(&most,
             "for k in 3 4 5 6 7 8 9 10 11 12 13 14 15 16 20 30; do "
             "[ ! -e /proc/$$/fd/$k ] || echo $k; done",
             "");
    must_say(&most, "readlink /proc/self/fd/0; tty", "/dev/null\nnot a tty\n");
    close(open_file);
    store_remove(out);
}

UNIT_TEST(confine, nothing_can_be_written)
{
    struct confinement most = usual();
    must_say(&most,
             "for f in /x /in/Makefile /usr/x /dev/x /dev/shm/x "
             "/proc/sys/kernel/core_pattern /proc/sys/vm/swappiness; do "
             "(echo > $f) 2>/dev/null && echo $f; done",
             "");
    store_remove(out);
}

// Only a room of isolab's may have rooms in it.
UNIT_TEST(confine, makes_rooms_if_it_may)
{
    struct confinement most = usual();
    must_say(&most, "unshare -Ur true 2>/dev/null && echo made", "");
    most.makes_rooms = true;
    must_say(&most, "unshare -Urpnm true && echo made", "made\n");
    store_remove(out);
}

// Memory that is no process's would not be counted.
UNIT_TEST(confine, refuses_calls)
{
    struct confinement most = usual();
    must_say(&most,
             "cat > a.c << 'END'\n"
             "#include <stdio.h>\n"
             "#include <sys/mman.h>\n"
             "#include <sys/shm.h>\n"
             "int main(void)\n"
             "{\n"
             "    printf(\"%d %d\\n\", memfd_create(\"a\", 0),\n"
             "           shmget(IPC_PRIVATE, 4096, 0600));\n"
             "}\n"
             "END\n"
             "gcc -D_GNU_SOURCE a.c -o a && ./a",
             "-1 -1\n");
    store_remove(out);
}

// Other things than files with plain names stay behind.
UNIT_TEST(confine, takes_files_out)
{
    struct confinement most = usual();
    must_end(&most,
             "echo 1 > a; ln -s /etc/passwd b; mkfifo c; mkdir d; echo 2 > "
             "d/e; echo 3 > 'f&g'; echo 4 > .h; chmod 4755 a",
             END_EXITED);

    char *list = alloc_format("cd %s && test \"$(find . | sort | xargs)\" = "
                              "'. ./a ./d ./d/e' && test ! -u a",
                              out);
    check(system(list) == 0);
    free(list);
    store_remove(out);
}

// A large file that is empty takes no place on the disk, either.
UNIT_TEST(confine, takes_holes_out_as_holes)
{
    struct confinement most = usual();
    must_end(&most,
             "truncate -s 6M a; echo x >> a; truncate -s 1M b; { echo y; head "
             "-c 70000 /dev/zero; echo z; } > c; truncate -s 2M c",
             END_EXITED);

    char *same = alloc_format(
        "cd %s && test $(stat -c %%s a b c | xargs | tr ' ' -) = "
        "6291458-1048576-2097152 && test \"$(tr -d '\\0' < a) $(tr -d "
        "'\\0' < c | xargs)\" = 'x y z' && "
        "test \"$(tail -c +70003 c | head -n 1)\" = z && "
        "test $(du -ck a b c | tail -n 1 | cut -f 1) -lt 64",
        out);
    check(system(same) == 0);
    free(same);
    store_remove(out);
}

UNIT_TEST(confine, tells_how_it_ended)
{
    struct confinement most = usual();
    struct end_of_command end = run(&most, "echo said; exit 3");
    check(end.end == END_EXITED && end.status == 3);
    check(strcmp(end.output, "said\n") == 0);
    check(end.fallback == NULL);
    free(end.output);
    end = run(&most, "kill -SEGV $$");
    check(end.end == END_SIGNALLED && end.status == 11);
    free(end.output);
    most.readable = (const char *const[]){ "nowhere", NULL };
    must_end(&most, "true", END_NOT_STARTED);
    store_remove(out);
}

// ---- Limits ----

UNIT_TEST(confine, bounds_time)
{
    struct confinement most = usual();
    most.wall_s = 1;
    must_end(&most, "sleep 30", END_TIME);
    most.wall_s = 100;
    most.cpu_s = 1;
    // Its own time is little.
    must_end(&most, "f() { timeout 0.3 sh -c 'while :; do :; done'; f; }; f",
             END_TIME);
    store_remove(out);
}

// A command that stops itself does not wait for the limit of time: it would
// seem that the machine stood still.
UNIT_TEST(confine, bounds_stops)
{
    struct confinement most = usual();
    most.wall_s = 100;
    must_end(&most, "kill -STOP $$", END_STOPPED);
    // From time to time, too.
    must_end(&most,
             "sleep 90 & while :; do kill -STOP $!; sleep 0.5; kill -CONT $!; "
             "done",
             END_STOPPED);
    most.makes_rooms = true;
    most.wall_s = 15;
    must_end(&most, "kill -STOP $$", END_TIME);
    store_remove(out);
}

// Whoever reads a terminal at which nobody types waits for ever.
UNIT_TEST(confine, bounds_waits)
{
    struct confinement most = usual();
    most.wall_s = 60;
    most.still_s = 1;
    must_end(&most, "cat < /dev/ptmx", END_STILL);
    must_end(&most, "sleep 60 | (cat; exit 0)", END_STILL);
    most.wall_s = 4;
    must_end(&most, "while :; do :; done", END_TIME);
    most.still_s = 0;
    must_end(&most, "sleep 60", END_TIME);
    store_remove(out);
}

UNIT_TEST(confine, bounds_memory)
{
    struct confinement most = usual();
    most.memory_mb = 50;
    must_end(&most, "head -c 200M /dev/zero | tail -c 200M | sleep 20",
             END_MEMORY);
    // Four of them together.
    must_end(&most,
             "for k in 1 2 3 4; do (head -c 20M /dev/zero | tail -c 20M | "
             "sleep 10) & done; wait",
             END_MEMORY);
    store_remove(out);
}

UNIT_TEST(confine, bounds_processes)
{
    struct confinement most = usual();
    must_end(&most, "f() { f | f & }; f; sleep 20", END_PROCESSES);
    must_end(&most, "for k in $(seq 30); do sleep 20 & done; wait",
             END_PROCESSES);
    // The machine keeps numbers for others, even before the bomb is seen.
    must_say(&most, "prlimit --noheadings --nproc --output HARD | xargs",
             "2000\n");
    store_remove(out);
}

UNIT_TEST(confine, bounds_files)
{
    struct confinement most = usual();
    must_end(&most, "exec head -c 20M /dev/zero > a", END_DISK);
    must_end(&most,
             "for k in 1 2 3 4; do head -c 4M /dev/zero > $k; done; sleep 9",
             END_DISK);
    must_end(&most, "seq 30000 | xargs touch; sleep 9", END_DISK);
    store_remove(out);
}

UNIT_TEST(confine, bounds_output)
{
    struct confinement most = usual();
    struct end_of_command end = run(&most, "yes | head -c 5M; echo end >&2");
    check(end.end == END_EXITED && end.status == 0);
    check(strlen(end.output) < 17000);
    check(strstr(end.output, "more bytes of output are left out") != NULL);
    free(end.output);
    must_end(&most, "yes", END_DISK);
    must_say(&most, "printf '\\033[2J\\377'", "?[2J?");
    store_remove(out);
}

// A process in a session of its own dies with the others.
UNIT_TEST(confine, nothing_outlives)
{
    struct confinement most = usual();
    must_say(&most, "(setsid sleep 98761 &) ; echo bye", "bye\n");
    check(!lives("98761"));
    store_remove(out);
}

// If the grading is killed, the command is, be it while the sandbox is made.
UNIT_TEST(confine, dies_with_the_grading)
{
    struct confinement most = usual();
    for (int ms = 2; ms < 300; ms += ms / 2) {
        pid_t grading = unit_fork();
        if (grading == 0) {
            run(&most, "exec sleep 98762");
            _exit(0);
        }
        usleep((useconds_t)ms * 1000);
        kill(grading, SIGKILL);
        waitpid(grading, NULL, 0);
    }
    // A process that is told to end does so in its time.
    for (int k = 0; k < 6000 && lives("98762"); k++)
        usleep(10000);
    check(!lives("98762"));
    store_remove(out);
}

// ---- Without a sandbox ----

// Some machines forbid namespaces.
static void forbid_namespaces(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    check(seccomp_rule_add(
              filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
              SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER)) == 0);
    check(seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(unshare),
                           0) == 0);
    check(seccomp_load(filter) == 0);
    seccomp_release(filter);
}

UNIT_TEST(confine, falls_back_to_limits)
{
    struct confinement most = usual();
    forbid_namespaces();
    struct end_of_command end =
        run(&most, "(setsid sleep 98763 &); ls ../in; echo 1 > a; id -u");
    check(end.fallback != NULL && sandbox_was_missing(end.fallback));
    check(end.end == END_EXITED && end.status == 0);
    // Root runs it as a user that nobody is.
    check(strncmp(end.output, "Makefile\n", 9) == 0);
    check(atoi(end.output + 9) != 0);
    free(end.output);
    check(!lives("98763"));
    char *path = alloc_format("%s/a", out);
    check(access(path, F_OK) == 0);
    free(path);

    most.wall_s = 1;
    must_end(&most, "sleep 98764", END_TIME);
    check(!lives("98764"));
    most.wall_s = 20;
    most.memory_mb = 50;
    must_end(&most, "head -c 200M /dev/zero | tail -c 200M | sleep 20",
             END_MEMORY);
    store_remove(out);
}
