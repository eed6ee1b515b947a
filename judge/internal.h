// Shared by the files of the judge: struct raft, which stands for a life's
// process.
//
// zygote.c has a lock for what is known of the processes. The lock of a struct
// raft is held only by the thread that receives from its peer. The two are
// never held together.
#ifndef JUDGE_INTERNAL_H
#define JUDGE_INTERNAL_H

#include "events/events.h"
#include "judge/judge.h"
#include "raft/raft.h"
#include "rt/go.h"
#include "tester/processor_waits.h"
#include "tester/tasks.h"
#include "wire/wire.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

// ---- zygote.c: processes ----

// The process of one life.
struct peer {
    // Constant.
    int number;  // No other life of this test has it.
    int server;  // NO_SERVER: it is asked for its methods alone.
    pid_t pid;
    struct wire *wire;
    int output;  // The socket to which it prints.
    struct processor_waits *waits;

    // Guarded by the lock of zygote.c.
    bool is_killed;    // By the judge.
    bool is_drained;   // All that it has said has been received.
    bool has_printed;  // So has all that it has printed.
    bool has_ended;
    bool ended_by_itself;     // Then the test fails, with what is known here.
    int wait_status;          // Set when it has ended.
    struct frame last_words;  // FRAME_LAST_WORDS; no kind of its own if none.
    bool has_last_words;
    struct peer *next;
};

// Clones a life.
struct peer *zygote_begin(int server);

// Kills the process with SIGKILL, if it still runs, and waits for its end.
void zygote_kill(struct peer *peer);

// Is the process dead, or about to be, by the judge's will?
bool zygote_has_killed(struct peer *peer);

// Keeps the last words, and takes them over. False if there are some.
bool zygote_keep_last_words(struct peer *peer, const struct frame *words);

// Called when nothing more can be received from the peer. Fails the test if the
// process lives on: it has closed its connection.
void zygote_drained(struct peer *peer);

// Called when all that the peer has printed is passed on.
void zygote_printed(struct peer *peer);

// The Raft's shared object.
const char *zygote_object(void);

// Calls `see` with each peer whose process runs.
void zygote_for_each(void (*see)(const struct peer *peer, void *arg),
                     void *arg);

// Forks the judge at a moment at which the child may call zygote_for_each.
pid_t zygote_fork(void);

// Frees a peer whose process has ended. Does not return if the process has
// ended by itself: the test fails then.
void zygote_forget(struct peer *peer);

// ---- death.c ----

// Fails the test, because the process has ended by itself.
//   object  the Raft's shared object, which has the debug information
_Noreturn void death_fail(const struct peer *peer, const char *object);

// ---- burdens.c ----

// Writes what the process has too much of: threads, or memory. Nothing if that
// is within bounds.
void burdens_describe(const struct peer *peer, char *text, size_t size);

// ---- looks.c ----

// Between the two the lives are watched.
void looks_start(void);
void looks_stop(void);

// ---- refusals.c: what the machine refuses ----

void refusals_start(void);

// Does the system refuse a thread to the judge? Then the test is inconclusive
// if it fails: the shortage is noted.
bool refusals_try_thread(void);

// Notes a shortage that may have ended a peer with this status.
void refusals_look(int wait_status);

// ---- lies.c: what a peer must not say ----

// Fails the test: `what` completes "server 1's process has sent ".
_Noreturn void lie_fail(const struct peer *peer, const char *what, ...)
    __attribute__((format(printf, 2, 3)));

// "server 1", for messages.
struct peer_name {
    char text[40];
};
struct peer_name peer_name(const struct peer *peer);

// The number, which must be an int, or a bool.
int lie_check_int(const struct peer *peer, int64_t number);
bool lie_check_bool(const struct peer *peer, int64_t number);

// Decodes a message of this method into zeroed memory of the caller's. `what`
// names it: "arguments".
void lie_check_decode(const struct peer *peer, const char *what,
                      const char *method, xdrproc_t xdr, struct bytes from,
                      void *message);

// ---- life.c ----

struct raft {
    // Constant after raft_make.
    struct peer *peer;
    struct labrpc_end **ends;  // NULL: it is asked for its methods alone.
    int n_servers;
    struct persister *persister;
    struct channel *apply_ch;
    const struct labrpc_method *methods;  // As raft_methods returns them.
    int n_methods;
    struct go_group *readers;

    atomic_int n_waiting;           // Readers that wait for `receiving`.
    atomic_int n_under_way;         // Calls and applies that have not returned.
    atomic_size_t bytes_under_way;  // Of their parts.
    atomic_bool has_left;           // FRAME_LEFT has come.

    pthread_mutex_t receiving;  // Held by the reader that receives.

    // Held for reading while a reader uses the ends, the persister or the
    // channel: they are the tester's, who frees them after raft_free.
    pthread_rwlock_t lent;
    bool has_returned_them;  // Guarded by lent.
};

// Clones a life, and begins to receive from it. Copies the fields from ends to
// n_methods.
struct raft *raft_begin(int server, const struct raft *fields);

// Asks the peer. False if the process has been killed. If it has ended by
// itself, the test fails, and this does not return.
bool raft_ask(struct raft *rf, struct frame *question, struct frame *answer);

// Kills the process, and frees the struct raft.
void raft_end(struct raft *rf);

// ---- requests.c: what the peer asks and tells ----

// Receives from the peer of a struct raft until it has ended.
void requests_read(void *arg);

// Blocks until no reader uses what the tester has lent. A later
// question of the peer is answered, but nothing comes of it.
void requests_return_lent(struct raft *rf);

// ---- output.c ----

// Passes on what the peer of a struct raft prints, until it has ended.
void output_read(void *arg);

// ---- methods.c ----

// The handler of all methods of a peer. It is not called: handler.c asks the
// peer in its place.
void methods_forward(void *receiver, const void *args, void *reply);

// The number of a method of raft_methods, as the peer knows it.
int methods_number(const struct labrpc_method *method);

// ---- threads.c: the peers' threads, seen from outside ----

// Takes over an rf that has been freed. Its process is killed as soon as only
// its first thread is left.
void threads_await_end(struct raft *rf);

#endif
