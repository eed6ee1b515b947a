// Double-checked locking: a thread sees the object without the lock, before its
// field is set.
#include "bench/search/program.h"

#include <stdatomic.h>

struct object {
    atomic_int value;
};

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static struct object storage;
static struct object *_Atomic object;

static void make_locked(void)
{
#ifdef FIXED
    storage.value = 42;
    object = &storage;
#else
    object = &storage;
    storage.value = 42;
#endif
}

static void *use(void *unused)
{
    if (object == NULL) {
        pthread_mutex_lock(&mu);
        if (object == NULL)
            make_locked();
        pthread_mutex_unlock(&mu);
    }
    must(object->value == 42);
    return unused;
}

PROGRAM(double_checked_locking, BETWEEN_ACCESSES)
{
    run_alike(2, use);
}
