// A lock for many readers or one writer. A writer that has waited for readers
// does not look whether another writer came first.
#include "bench/search/program.h"

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int readers;
static bool is_written;

static void *read_once(void *unused)
{
    pthread_mutex_lock(&mu);
    while (is_written)
        pthread_cond_wait(&changed, &mu);
    readers++;
    pthread_mutex_unlock(&mu);

    pthread_mutex_lock(&mu);
    readers--;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mu);
    return unused;
}

static void lock_to_write(void)
{
    pthread_mutex_lock(&mu);
    while (is_written)
        pthread_cond_wait(&changed, &mu);
#ifdef FIXED
    while (readers > 0 || is_written)
#else
    while (readers > 0)
#endif
        pthread_cond_wait(&changed, &mu);
    must(!is_written);
    is_written = true;
    pthread_mutex_unlock(&mu);
}

static void *write_once(void *unused)
{
    lock_to_write();
    pthread_mutex_lock(&mu);
    is_written = false;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mu);
    return unused;
}

PROGRAM(reader_writer, BETWEEN_CALLS)
{
    run_threads(
        3, (void *(*const[])(void *)){ read_once, write_once, write_once });
}
