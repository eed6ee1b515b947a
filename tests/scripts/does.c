// A program that does what its argument says, for tests/scripts/libsim.
#include <assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DOES(name, ...)                                                        \
    static void name##_it(void)                                                \
    {                                                                          \
        __VA_ARGS__                                                            \
    }

static int *volatile nowhere;
static volatile int zero;
static int ends[2];
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;

DOES(nothing, )
DOES(crash, *nowhere = 1;)
DOES(abort, abort();)
DOES(assert, assert(1 > 2);)
DOES(unlock, pthread_mutex_unlock(&mu);)
DOES(exit, exit(3);)
DOES(_exit, _exit(4);)
DOES(either, exit(3 + rand() % 2);)
DOES(red, printf("\033[31mred\n"); exit(1);)
DOES(spin, while (zero == 0) continue;)
DOES(sleep, while (zero == 0) usleep(1000);)
DOES(fork, fork();)
DOES(system, exit(system("true"));)
DOES(socket, socket(AF_UNIX, SOCK_STREAM, 0);)
DOES(kill, kill(getpid(), SIGTERM);)
DOES(pipe, exit(pipe(ends));)

static void fifo_it(void)
{
    char byte;
    int file = open("fifo", O_RDONLY);
    if (read(file, &byte, 1) < 0)
        exit(5);
}

static void input_it(void)
{
    char line[100];
    while (fgets(line, sizeof line, stdin) != NULL)
        fputs(line, stdout);
    exit(1);
}

// Fails only where it has never run.
static void once_it(void)
{
    if (access("once", F_OK) != 0)
        exit(creat("once", 0600) < 0 ? 5 : 1);
}

// clang-format off
#define LISTED(name) { #name, name##_it }
// clang-format on
static const struct {
    const char *name;
    void (*does)(void);
} all[] = {
    LISTED(nothing), LISTED(crash),  LISTED(abort),  LISTED(assert),
    LISTED(exit),    LISTED(_exit),  LISTED(red),    LISTED(spin),
    LISTED(sleep),   LISTED(fork),   LISTED(system), LISTED(socket),
    LISTED(kill),    LISTED(pipe),   LISTED(fifo),   LISTED(input),
    LISTED(once),    LISTED(either), LISTED(unlock),
};

static void *worker(void *what)
{
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (strcmp(all[i].name, what) == 0)
            all[i].does();
    }
    return NULL;
}

static void do_on_a_thread(char *what)
{
    pthread_t thread;
    pthread_create(&thread, NULL, worker, what);
    pthread_join(thread, NULL);
}

void test_of_nothing(void);

void test_of_nothing(void)
{
    do_on_a_thread("nothing");
}

int main(int argc, char **argv)
{
    do_on_a_thread(argv[argc - 1]);
    return 0;
}
