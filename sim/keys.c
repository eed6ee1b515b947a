// Thread-specific values. The system makes the keys, so that a key made before
// a simulation and one made in it are never the same. The values are ours.
#include "sim/internal.h"
#include "sim/real.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

static struct {
    bool used;
    void (*destroy)(void *);
} keys[MAX_KEYS];

int __wrap_pthread_key_create(pthread_key_t *key, void (*destroy)(void *))
{
    if (sim.on)
        sim_point();
    // In a simulation we destroy the values, else the system does.
    int error = __real_pthread_key_create(key, sim.on ? NULL : destroy);
    if (error == 0) {
        keys[*key].used = true;
        keys[*key].destroy = destroy;
    }
    return error;
}

static void check_key(pthread_key_t key, const char *does, const void *place)
{
    if (key >= MAX_KEYS || !keys[key].used)
        sim_misuse(place, "%s key %u, which was not made, or is deleted", does,
                   (unsigned)key);
}

int __wrap_pthread_key_delete(pthread_key_t key)
{
    if (sim.on) {
        sim_point();
        check_key(key, "deletes", HERE);
    }
    int error = __real_pthread_key_delete(key);
    if (error != 0)
        return error;
    keys[key].used = false;
    for (int slot = 0; slot < sim.n_slots; slot++) {
        struct sim_thread *thread = sim_thread_at(slot);
        if (thread->id != 0 && thread->values != NULL)
            thread->values[key] = NULL;
    }
    return 0;
}

void *__wrap_pthread_getspecific(pthread_key_t key)
{
    if (!sim.on)
        return __real_pthread_getspecific(key);
    check_key(key, "asks for the value of", HERE);
    if (sim.self->values == NULL)
        return NULL;
    return sim.self->values[key];
}

int __wrap_pthread_setspecific(pthread_key_t key, const void *value)
{
    if (!sim.on)
        return __real_pthread_setspecific(key, value);
    check_key(key, "sets the value of", HERE);
    if (sim.self->values == NULL)
        sim.self->values = calloc(MAX_KEYS, sizeof *sim.self->values);
    if (sim.self->values == NULL)
        return ENOMEM;
    sim.self->values[key] = (void *)value;
    return 0;
}

// Calls the destructors once. True if there are still values: a destructor may
// set one, and is then called again, as often as POSIX says.
static bool destroy_round(struct sim_thread *thread)
{
    bool found = false;
    for (int key = 0; key < MAX_KEYS; key++) {
        void *value = thread->values[key];
        if (value == NULL || !keys[key].used || keys[key].destroy == NULL)
            continue;
        thread->values[key] = NULL;
        keys[key].destroy(value);
        found = true;
    }
    return found;
}

void sim_keys_destroy_values(struct sim_thread *thread)
{
    if (thread->values == NULL)
        return;
    for (int i = 0; i < PTHREAD_DESTRUCTOR_ITERATIONS; i++) {
        if (!destroy_round(thread))
            break;
    }
    free(thread->values);
    thread->values = NULL;
}
