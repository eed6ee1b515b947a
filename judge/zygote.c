// The zygote of the lives: a process that the judge starts once in each test.
// It clones and kills lives, and reports how they end. A thread of its own
// reads the reports.
#include "judge/internal.h"

#include "rt/alloc.h"
#include "rt/clock.h"
#include "rt/shortage.h"
#include "tester/verdict.h"
#include "wire/control.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

// A process that has ended closes its connection at about the same time.
#define TOGETHER_MS 2000

static const char *shared_object;
static int control = -1;  // The socket to the zygote.
static pid_t zygote;
static pthread_t watch;

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;

// Guarded by mu.
static struct peer *all;
static int n_begun;

// ---- Reports ----

static struct peer *find_locked(int number)
{
    struct peer *peer = all;
    while (peer != NULL && peer->number != number)
        peer = peer->next;
    return peer;
}

// Waits until this flag is set, for a short time.
static bool await_locked(const bool *flag)
{
    int64_t deadline_ns = clock_now_ns() + TOGETHER_MS * NS_PER_MS;
    while (!*flag && clock_now_ns() < deadline_ns)
        cond_wait_until(&changed, &mu, deadline_ns);
    return *flag;
}

static void note_end(const struct control_report *report)
{
    pthread_mutex_lock(&mu);
    struct peer *peer = find_locked(report->number);
    if (peer == NULL) {
        pthread_mutex_unlock(&mu);
        return;
    }
    peer->has_ended = true;
    peer->wait_status = report->wait_status;
    pthread_cond_broadcast(&changed);
    // A process that it has cloned may keep its end open.
    wire_shut(peer->wire);
    shutdown(peer->output, SHUT_RDWR);
    peer->ended_by_itself = !peer->is_killed;
    bool fails = peer->ended_by_itself;
    if (fails && await_locked(&peer->is_drained))
        await_locked(&peer->has_printed);
    pthread_mutex_unlock(&mu);
    if (fails)
        death_fail(peer, shared_object);
}

const char *zygote_object(void)
{
    return shared_object;
}

void zygote_for_each(void (*see)(const struct peer *peer, void *arg), void *arg)
{
    pthread_mutex_lock(&mu);
    for (struct peer *peer = all; peer != NULL; peer = peer->next) {
        if (!peer->has_ended && peer->pid > 0)
            see(peer, arg);
    }
    pthread_mutex_unlock(&mu);
}

pid_t zygote_fork(void)
{
    pthread_mutex_lock(&mu);
    pid_t child = fork();
    pthread_mutex_unlock(&mu);
    return child;
}

// Receives a report. False if the zygote has ended.
static bool receive_report(struct control_report *report)
{
    ssize_t size;
    do
        size = recv(control, report, sizeof *report, 0);
    while (size < 0 && errno == EINTR);
    return size == sizeof *report;
}

static void *read_reports(void *unused)
{
    struct control_report report;
    while (receive_report(&report))
        note_end(&report);
    return unused;
}

// ---- Starting and stopping ----

static void spawn(const char *program, const char *object, int its_end)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, its_end, CONTROL_FD);
    char *argv[] = { (char *)"peer", (char *)object, NULL };
    char *environment[] = { NULL };
    int error =
        posix_spawn(&zygote, program, &actions, NULL, argv, environment);
    posix_spawn_file_actions_destroy(&actions);
    if (error == EAGAIN || error == ENOMEM)
        shortage_exit(SHORTAGE_OF_PROCESSES, error, 0);
    test_check(error == 0, "%s cannot be run: %s", program, strerror(error));
}

// Makes a socket pair. The first socket is the judge's.
static void make_pair(int type, int pair[2])
{
    if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair) != 0)
        shortage_exit(SHORTAGE_OF_FILES, errno, 0);
}

// Waits until the zygote has confined itself.
static void await_ready(void)
{
    struct control_report ready = { 0 };
    ssize_t size = recv(control, &ready, sizeof ready, 0);
    test_check(size == sizeof ready && ready.number == CONTROL_READY,
               "the zygote of the lives has ended before it was ready");
    if (ready.wait_status != 0)
        test_warn("this system gives no namespaces (%s): servers are confined "
                  "by seccomp and limits alone",
                  strerror(ready.wait_status));
}

void judge_start(const char *program, const char *object)
{
    signal(SIGPIPE, SIG_IGN);  // Of a connection whose peer has died.
    shortage_holds_for_others();
    refusals_start();
    cond_init(&changed);
    shared_object = object;
    int pair[2];
    make_pair(SOCK_SEQPACKET, pair);
    control = pair[0];
    spawn(program, object, pair[1]);
    close(pair[1]);
    await_ready();
    go_thread(&watch, read_reports, NULL);
}

void judge_stop(void)
{
    shutdown(control, SHUT_WR);  // The zygote ends, and closes its end.
    pthread_join(watch, NULL);
    waitpid(zygote, NULL, 0);
    close(control);
}

// ---- Lives ----

static void order(enum control_kind kind, int number,
                  const int fds[CONTROL_FDS])
{
    struct control_order message = { kind, number };
    struct iovec iov = { &message, sizeof message };
    struct msghdr header = { .msg_iov = &iov, .msg_iovlen = 1 };
    const size_t size = CONTROL_FDS * sizeof *fds;
    char rights[CMSG_SPACE(CONTROL_FDS * sizeof(int))] = { 0 };
    if (fds != NULL) {
        header.msg_control = rights;
        header.msg_controllen = sizeof rights;
        struct cmsghdr *passed = CMSG_FIRSTHDR(&header);
        *passed = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
                                    .cmsg_type = SCM_RIGHTS,
                                    .cmsg_len = CMSG_LEN(size) };
        memcpy(CMSG_DATA(passed), fds, size);
    }
    ssize_t sent = sendmsg(control, &header, MSG_NOSIGNAL);
    test_check(sent == sizeof message, "the zygote of the lives has ended: %s",
               strerror(errno));
}

// Receives a life's first packet. The system adds to it the life's process
// number, as it is here. 0 if the life has ended.
static pid_t receive_pid(int fd)
{
    struct ucred credentials = { 0 };
    char buffer[CMSG_SPACE(sizeof credentials)], byte;
    struct iovec iov = { &byte, sizeof byte };
    struct msghdr message = { .msg_iov = &iov,
                              .msg_iovlen = 1,
                              .msg_control = buffer,
                              .msg_controllen = sizeof buffer };
    while (recvmsg(fd, &message, MSG_CMSG_CLOEXEC) < 0 && errno == EINTR)
        ;
    struct cmsghdr *added = CMSG_FIRSTHDR(&message);
    if (added != NULL && added->cmsg_type == SCM_CREDENTIALS)
        memcpy(&credentials, CMSG_DATA(added), sizeof credentials);
    return credentials.pid;
}

static void want_credentials(int fd, int wanted)
{
    setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &wanted, sizeof wanted);
}

struct peer *zygote_begin(int server)
{
    int pair[2], output[2];
    make_pair(SOCK_SEQPACKET, pair);
    make_pair(SOCK_STREAM, output);
    shutdown(output[1], SHUT_RD);
    want_credentials(pair[0], 1);
    struct peer *peer = alloc(sizeof *peer);
    peer->server = server;
    peer->waits = processor_waits_make();
    peer->wire = wire_make(pair[0]);
    peer->output = output[0];
    pthread_mutex_lock(&mu);
    peer->number = n_begun++;
    peer->next = all;
    all = peer;
    pthread_mutex_unlock(&mu);

    order(CONTROL_BEGIN, peer->number, (int[]){ pair[1], output[1] });
    close(pair[1]);
    close(output[1]);
    peer->pid = receive_pid(pair[0]);
    want_credentials(pair[0], 0);
    return peer;
}

void zygote_kill(struct peer *peer)
{
    pthread_mutex_lock(&mu);
    peer->is_killed = true;
    processor_waits_cpu_ns(peer->waits, peer->pid);
    bool has_ended = peer->has_ended;
    pthread_mutex_unlock(&mu);
    if (!has_ended)
        order(CONTROL_KILL, peer->number, NULL);
    pthread_mutex_lock(&mu);
    while (!peer->has_ended)
        pthread_cond_wait(&changed, &mu);
    pthread_mutex_unlock(&mu);
}

bool zygote_has_killed(struct peer *peer)
{
    pthread_mutex_lock(&mu);
    bool is_killed = peer->is_killed;
    pthread_mutex_unlock(&mu);
    return is_killed;
}

bool zygote_keep_last_words(struct peer *peer, const struct frame *words)
{
    pthread_mutex_lock(&mu);
    bool are_first = !peer->has_last_words;
    if (are_first)
        peer->last_words = *words;
    peer->has_last_words = true;
    pthread_mutex_unlock(&mu);
    return are_first;
}

void zygote_drained(struct peer *peer)
{
    pthread_mutex_lock(&mu);
    peer->is_drained = true;
    pthread_cond_broadcast(&changed);
    bool ends =
        peer->is_killed || await_locked(&peer->has_ended) || peer->is_killed;
    pthread_mutex_unlock(&mu);
    if (!ends)
        test_fail("%s's process has closed its connection to the judge",
                  peer_name(peer).text);
}

void zygote_printed(struct peer *peer)
{
    pthread_mutex_lock(&mu);
    peer->has_printed = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mu);
}

void zygote_forget(struct peer *peer)
{
    pthread_mutex_lock(&mu);
    while (peer->ended_by_itself)  // For ever: see note_end.
        pthread_cond_wait(&changed, &mu);
    struct peer **place = &all;
    while (*place != peer)
        place = &(*place)->next;
    *place = peer->next;
    pthread_mutex_unlock(&mu);
    frame_free(&peer->last_words);
    wire_free(peer->wire);
    processor_waits_free(peer->waits);
    close(peer->output);
    free(peer);
}
