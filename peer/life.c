// One life: the threads that receive what the judge asks. The thread that has
// received a question answers it. Before it does, it sees to it that another
// one receives, because a function of the Raft may wait.
#include "peer/confine.h"
#include "peer/internal.h"
#include "peer/refused.h"
#include "peer/seeds.h"

#include "rt/alloc.h"
#include "rt/shortage.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

// More threads than this need not wait for questions.
#define MAX_RECEIVING 4

static atomic_int n_receiving;

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t none_is_left = PTHREAD_COND_INITIALIZER;
static int n_readers;  // Guarded by mu.

static void *read_questions(void *unused);

static void start_reader(void)
{
    pthread_mutex_lock(&mu);
    n_readers++;
    pthread_mutex_unlock(&mu);
    pthread_t id;
    int error = refused_make_thread(&id, read_questions);
    if (error != 0)
        shortage_exit(SHORTAGE_OF_THREADS, error, 0);
    pthread_detach(id);
}

static void leave(void)
{
    pthread_mutex_lock(&mu);
    if (--n_readers == 0)
        pthread_cond_signal(&none_is_left);
    pthread_mutex_unlock(&mu);
}

// Answers one question. False if no other is to be waited for.
static bool answer(struct frame *question, bool is_last)
{
    if (is_last)
        start_reader();
    bool is_over = answers_give(question);
    frame_free(question);
    if (is_over)
        wire_stop_receiving(peer_wire);
    return !is_over && atomic_load(&n_receiving) < MAX_RECEIVING;
}

static void *read_questions(void *unused)
{
    bool goes_on = true;
    while (goes_on) {
        struct frame question;
        const char *why;
        atomic_fetch_add(&n_receiving, 1);
        enum wire_got got = wire_receive(peer_wire, &question, &why);
        bool is_last = atomic_fetch_sub(&n_receiving, 1) == 1;
        goes_on = got == WIRE_FRAME && answer(&question, is_last);
    }
    leave();
    return unused;
}

void life_run(const char *path, int fd, bool is_confined)
{
    seeds_draw();
    setvbuf(stdout, NULL, _IOLBF, 0);  // SIGKILL would lose what is kept.
    // The system adds this process's number to the first packet.
    send(fd, "", 1, MSG_NOSIGNAL);
    signal(SIGPIPE, SIG_IGN);
    peer_wire = wire_make(fd);
    last_words_prepare();
    confine_privileges();
    confine_calls(is_confined);
    const char *why = object_load(path);
    if (why != NULL)
        last_words_not_loaded(why);
    if (!is_confined)
        confine_files();
    start_reader();
    refused_can_ask();
    pthread_mutex_lock(&mu);
    while (n_readers > 0)
        pthread_cond_wait(&none_is_left, &mu);
    pthread_mutex_unlock(&mu);
    wire_tell(peer_wire, &(struct frame){ .kind = FRAME_LEFT });
    // The judge counts the threads that are left, and then kills the process.
    for (;;)
        pause();
}
