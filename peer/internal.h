// Shared by the files of the peer: one process for each life of a server, which
// runs the Raft under test. It has functions of labrpc, the persister and the
// channel that ask the judge.
#ifndef PEER_INTERNAL_H
#define PEER_INTERNAL_H

#include "labrpc/labrpc.h"
#include "raft/raft.h"
#include "wire/wire.h"

#include <stdbool.h>

// The connection to the judge. Constant while there are threads.
extern struct wire *peer_wire;

// Asks the judge. If there is none any more, the thread stops: the process is
// about to be killed.
void peer_ask(struct frame *question, struct frame *answer);

// The same for what has no answer. Returns when it is on its way.
void peer_tell(const struct frame *frame);

// ---- zygote.c ----

// Clones lives as the judge wishes, and reports their ends. Returns when the
// judge is gone.
//   path         the Raft's shared object
//   unconfined   0, or the errno that says why there are no namespaces
void zygote_run(const char *path, int unconfined);

// ---- life.c ----

// Lives one life.
//   path         the Raft's shared object
//   fd           the connection to the judge
//   is_confined  has it a root of its own?
_Noreturn void life_run(const char *path, int fd, bool is_confined);

// ---- object.c: the Raft's shared object ----

// The functions of raft.h.
struct object {
    struct raft *(*make)(struct labrpc_end **peers, int n_peers, int me,
                         struct persister *persister, struct channel *apply_ch);
    bool (*start)(struct raft *rf, struct bytes command, int *index, int *term);
    void (*get_state)(struct raft *rf, int *term, bool *is_leader);
    void (*snapshot)(struct raft *rf, int index, struct bytes snapshot);
    void (*kill)(struct raft *rf);
    void (*free)(struct raft *rf);
    const struct labrpc_method *methods;
    int n_methods;
};
extern struct object peer_object;

// Loads the object. Returns NULL, or why it cannot be loaded.
const char *object_load(const char *path);

// The number of the method of this name; -1 if there is none.
int object_find_method(const char *name);

// Tells whose messages this method has.
enum messages object_messages_of(const struct labrpc_method *method);

// How far the address is from the object's beginning.
uintptr_t object_offset(const void *address);

// ---- answers.c: what the judge asks ----

// Answers a question of the judge. Returns whether the Raft has been freed.
bool answers_give(const struct frame *question);

// ---- labrpc.c, persister.c, channel.c: what the Raft calls ----

// The ends of this server, to n servers.
struct labrpc_end **peer_make_ends(int n);

struct persister *peer_persister(void);
struct channel *peer_apply_channel(void);

// ---- log.c ----

void log_turn_on(void);

// ---- last_words.c ----

// From now on the judge is told where the Raft crashes or exits.
void last_words_prepare(void);

// Ends the process, because the Raft cannot be loaded.
_Noreturn void last_words_not_loaded(const char *why);

#endif
