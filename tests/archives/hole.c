// A libarchive with a hole: the archive has taken over the process that reads
// it, and does what $ATTACK says.
//
//   gcc -shared -fPIC -I. -o hole.so hole.c
//   LD_PRELOAD=./hole.so ATTACK=reach unpacker < ARCHIVE
#include "unpack/records.h"

#include <archive.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int was_root;

__attribute__((constructor)) static void look(void)
{
    was_root = geteuid() == 0;
}

static void say(const char *text)
{
    struct unpack_record record = { UNPACK_DAMAGED, (uint32_t)strlen(text), 0 };
    (void)!write(STDOUT_FILENO, &record, sizeof record);
    (void)!write(STDOUT_FILENO, text, strlen(text));
    _exit(0);
}

static void reach(void)
{
    char byte;
    if (was_root)
        say("it is root");
    if (open("/etc/passwd", O_RDONLY) >= 0)
        say("it opens files");
    if (access("/etc/passwd", F_OK) == 0)
        say("it sees files");
    if (read(STDIN_FILENO, &byte, 1) >= 0)
        say("it reads descriptors");
    if (socket(AF_INET, SOCK_STREAM, 0) >= 0)
        say("it has the network");
    if (kill(getpid(), 0) == 0)
        say("it sends signals");
    if (fork() >= 0)
        say("it forks");
    execl("/bin/true", "true", NULL);
    say("nothing is within reach");
}

static void eat(void)
{
    enum { STEP_MB = 10, FAR_TOO_MUCH_MB = 2000 };
    int mb = 0;
    for (char *more; (more = malloc(STEP_MB << 20)) != NULL;) {
        memset(more, 1, STEP_MB << 20);
        mb += STEP_MB;
        if (mb > FAR_TOO_MUCH_MB)
            say("it takes all memory");
    }
    say("no more memory");
}

int archive_read_next_header(struct archive *archive,
                             struct archive_entry **entry)
{
    (void)archive, (void)entry;
    const char *attack = getenv("ATTACK");
    if (strcmp(attack, "reach") == 0)
        reach();
    if (strcmp(attack, "eat") == 0)
        eat();
    if (strcmp(attack, "crash") == 0)
        raise(SIGSEGV), *(volatile int *)8 = 0;
    if (strcmp(attack, "abort") == 0)
        abort();
    for (;;)
        ;  // spin
}
