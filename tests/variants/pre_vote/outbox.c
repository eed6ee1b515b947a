// Messages to the service. The core puts committed entries here and does not
// look at them again; the applier takes them out in order. A snapshot comes
// after everything that it covers.
#include "core.h"

#include "rt/alloc.h"

#include <stdlib.h>

struct parcel {
    struct apply_msg message;
    struct parcel *next;
};

void outbox_init(struct outbox *outbox)
{
    pthread_mutex_init(&outbox->mu, NULL);
    pthread_cond_init(&outbox->changed, NULL);
}

void outbox_free(struct outbox *outbox)
{
    while (outbox->first != NULL) {
        struct parcel *parcel = outbox->first;
        outbox->first = parcel->next;
        bytes_free(&parcel->message.command);
        bytes_free(&parcel->message.snapshot);
        free(parcel);
    }
    pthread_cond_destroy(&outbox->changed);
    pthread_mutex_destroy(&outbox->mu);
}

void outbox_put(struct outbox *outbox, struct apply_msg message)
{
    struct parcel *parcel = alloc(sizeof *parcel);
    parcel->message = message;
    pthread_mutex_lock(&outbox->mu);
    if (outbox->first == NULL)
        outbox->first = parcel;
    else
        outbox->last->next = parcel;
    outbox->last = parcel;
    pthread_cond_signal(&outbox->changed);
    pthread_mutex_unlock(&outbox->mu);
}

void outbox_close(struct outbox *outbox)
{
    pthread_mutex_lock(&outbox->mu);
    outbox->closed = true;
    pthread_cond_signal(&outbox->changed);
    pthread_mutex_unlock(&outbox->mu);
}

// Returns the next message; NULL when the outbox is closed.
static struct parcel *take(struct outbox *outbox)
{
    pthread_mutex_lock(&outbox->mu);
    while (outbox->first == NULL && !outbox->closed)
        pthread_cond_wait(&outbox->changed, &outbox->mu);
    struct parcel *parcel = outbox->closed ? NULL : outbox->first;
    if (parcel != NULL)
        outbox->first = parcel->next;
    pthread_mutex_unlock(&outbox->mu);
    return parcel;
}

void applier(void *arg)
{
    struct raft *rf = arg;
    struct parcel *parcel;
    while ((parcel = take(&rf->outbox)) != NULL) {
        channel_send(rf->apply_ch, &parcel->message);
        free(parcel);
    }
}
