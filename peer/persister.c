// The persister for the Raft under test: the judge has what is saved. A save
// has returned when it is on its way, which it is even if this process then
// dies. The judge receives it before anything that this server says later: so
// nobody sees what a server has not saved. Saves of several threads come to the
// judge one after the other, in the order in which they return.
#include "persister/persister.h"

#include "peer/internal.h"

#include <pthread.h>

struct persister {
    pthread_mutex_t mu;  // Held while the judge is told or asked.
};

static struct persister the_persister = { PTHREAD_MUTEX_INITIALIZER };

struct persister *peer_persister(void)
{
    return &the_persister;
}

static void save(struct persister *p, const struct frame *saved)
{
    pthread_mutex_lock(&p->mu);
    peer_tell(saved);
    pthread_mutex_unlock(&p->mu);
}

static void ask(struct persister *p, struct frame *question,
                struct frame *answer)
{
    pthread_mutex_lock(&p->mu);
    peer_ask(question, answer);
    pthread_mutex_unlock(&p->mu);
}

void persister_save_raft_state(struct persister *p, struct bytes raft_state)
{
    save(p,
         &(struct frame){ .kind = FRAME_SAVE_STATE, .parts = { raft_state } });
}

void persister_save(struct persister *p, struct bytes raft_state,
                    struct bytes snapshot)
{
    save(p, &(struct frame){ .kind = FRAME_SAVE,
                             .parts = { raft_state, snapshot } });
}

void persister_save_tail(struct persister *p, struct bytes head, size_t keep,
                         struct bytes tail)
{
    save(p, &(struct frame){ .kind = FRAME_SAVE_TAIL,
                             .numbers = { (int64_t)keep },
                             .parts = { head, tail } });
}

static struct bytes read_part(struct persister *p, enum frame_kind kind)
{
    struct frame question = { .kind = kind }, answer = { 0 };
    ask(p, &question, &answer);
    struct bytes copy = bytes_copy(answer.parts[0]);
    frame_free(&answer);
    return copy;
}

struct bytes persister_read_raft_state(struct persister *p)
{
    return read_part(p, FRAME_READ_STATE);
}

struct bytes persister_read_snapshot(struct persister *p)
{
    return read_part(p, FRAME_READ_SNAPSHOT);
}

static size_t read_size(struct persister *p, enum frame_kind kind)
{
    struct frame question = { .kind = kind }, answer = { 0 };
    ask(p, &question, &answer);
    frame_free(&answer);
    return (size_t)answer.numbers[0];
}

size_t persister_raft_state_size(struct persister *p)
{
    return read_size(p, FRAME_STATE_SIZE);
}

size_t persister_snapshot_size(struct persister *p)
{
    return read_size(p, FRAME_SNAPSHOT_SIZE);
}
