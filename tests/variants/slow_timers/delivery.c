// A list of messages under a lock, and the thread that sends them.
#include "delivery.h"

#include "rt/alloc.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/queue.h>

struct item {
    STAILQ_ENTRY(item) next;
    struct apply_msg msg;
};

struct delivery {
    struct channel *apply_ch;
    pthread_t thread;

    pthread_mutex_t mu;

    // Guarded by mu.
    STAILQ_HEAD(, item) items;
    bool ended;
    pthread_cond_t changed;
};

static void *run(void *arg)
{
    struct delivery *delivery = arg;
    pthread_mutex_lock(&delivery->mu);
    while (!delivery->ended) {
        struct item *item = STAILQ_FIRST(&delivery->items);
        if (item == NULL) {
            pthread_cond_wait(&delivery->changed, &delivery->mu);
            continue;
        }
        STAILQ_REMOVE_HEAD(&delivery->items, next);
        pthread_mutex_unlock(&delivery->mu);
        channel_send(delivery->apply_ch, &item->msg);
        free(item);
        pthread_mutex_lock(&delivery->mu);
    }
    pthread_mutex_unlock(&delivery->mu);
    return NULL;
}

struct delivery *delivery_start(struct channel *apply_ch)
{
    struct delivery *delivery = alloc(sizeof *delivery);
    delivery->apply_ch = apply_ch;
    STAILQ_INIT(&delivery->items);
    pthread_mutex_init(&delivery->mu, NULL);
    pthread_cond_init(&delivery->changed, NULL);
    if (pthread_create(&delivery->thread, NULL, run, delivery) != 0)
        abort();
    return delivery;
}

void delivery_add(struct delivery *delivery, struct apply_msg msg)
{
    struct item *item = alloc(sizeof *item);
    item->msg = msg;
    pthread_mutex_lock(&delivery->mu);
    STAILQ_INSERT_TAIL(&delivery->items, item, next);
    pthread_cond_signal(&delivery->changed);
    pthread_mutex_unlock(&delivery->mu);
}

void delivery_end(struct delivery *delivery)
{
    pthread_mutex_lock(&delivery->mu);
    delivery->ended = true;
    pthread_cond_signal(&delivery->changed);
    pthread_mutex_unlock(&delivery->mu);
}

void delivery_free(struct delivery *delivery)
{
    pthread_join(delivery->thread, NULL);
    struct item *item;
    while ((item = STAILQ_FIRST(&delivery->items)) != NULL) {
        STAILQ_REMOVE_HEAD(&delivery->items, next);
        bytes_free(&item->msg.command);
        bytes_free(&item->msg.snapshot);
        free(item);
    }
    pthread_cond_destroy(&delivery->changed);
    pthread_mutex_destroy(&delivery->mu);
    free(delivery);
}
