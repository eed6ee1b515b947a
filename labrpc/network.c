// The network's objects: ends, servers, their addresses, the faults and the
// counts. Any thread may call these functions; only the last two block.
//
// The network owns all of it. It keeps a server that was replaced or deleted,
// because calls to it may still be under way.
#include "labrpc/internal.h"

#include "rt/alloc.h"
#include "rt/clock.h"
#include "rt/mutex.h"

#include <assert.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

// Compares structs whose first field is a name: ends, addresses; or a char *.
static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

struct labrpc_network *labrpc_make_network(void)
{
    struct labrpc_network *net = alloc(sizeof *net);
    net->handlers = go_group_make();
    net->rng = rng_make();
    LIST_INIT(&net->sleepers);
    pthread_mutex_init(&net->mu, NULL);
    pthread_cond_init(&net->all_returned, NULL);
    return net;
}

void labrpc_set_events(struct labrpc_network *net, struct events *events)
{
    net->events = events;
}

void labrpc_set_owner(struct labrpc_end *end, struct event_life owner,
                      int to_number)
{
    end->owner = owner;
    end->to_number = to_number;
}

void labrpc_set_server_owner(struct labrpc_server *server,
                             struct event_life owner)
{
    server->owner = owner;
}

// ---- Servers ----

struct labrpc_server *labrpc_make_server(void)
{
    return alloc(sizeof(struct labrpc_server));
}

const struct service *labrpc_find_method(const struct labrpc_server *server,
                                         const char *name)
{
    for (int i = 0; i < server->n_services; i++) {
        if (strcmp(server->services[i].method->name, name) == 0)
            return &server->services[i];
    }
    return NULL;
}

char *labrpc_method_names(const struct labrpc_server *server)
{
    if (server->n_services == 0)
        return alloc_string("none at all");
    char *names = alloc_string(server->services[0].method->name);
    for (int i = 1; i < server->n_services; i++) {
        char *shorter = names;
        names =
            alloc_format("%s, %s", shorter, server->services[i].method->name);
        free(shorter);
    }
    return names;
}

void labrpc_add_service(struct labrpc_server *server,
                        const struct labrpc_method *methods, int n_methods,
                        void *receiver)
{
    assert(!server->added && "services are added before the server is");
    server->services = alloc_resize(
        server->services, (size_t)server->n_services + (size_t)n_methods,
        sizeof server->services[0]);
    for (int i = 0; i < n_methods; i++) {
        if (labrpc_find_method(server, methods[i].name) != NULL)
            labrpc_fatal("the server has a method %s already; a server needs "
                         "a different name for each of its methods",
                         methods[i].name);
        server->services[server->n_services++] =
            (struct service){ .method = &methods[i], .receiver = receiver };
    }
}

// ---- Addresses ----

// The address of this name; makes it if there is none.
static struct address *get_address_locked(struct labrpc_network *net,
                                          const char *name)
{
    must_hold(&net->mu);
    struct address **found = tfind(&name, &net->addresses, by_name);
    if (found != NULL)
        return *found;
    struct address *address = alloc(sizeof *address);
    address->name = alloc_string(name);
    tsearch(address, &net->addresses, by_name);
    return address;
}

void labrpc_add_server(struct labrpc_network *net, const char *name,
                       struct labrpc_server *server)
{
    pthread_mutex_lock(&net->mu);
    assert(!server->added && "a server is added once; make a new one");
    server->added = true;
    server->next = net->servers;
    net->servers = server;
    get_address_locked(net, name)->server = server;
    pthread_mutex_unlock(&net->mu);
}

void labrpc_delete_server(struct labrpc_network *net, const char *name)
{
    pthread_mutex_lock(&net->mu);
    get_address_locked(net, name)->server = NULL;
    pthread_mutex_unlock(&net->mu);
}

// ---- Ends ----

struct labrpc_end *labrpc_make_end(struct labrpc_network *net, const char *name)
{
    struct labrpc_end *end = alloc(sizeof *end);
    end->name = alloc_string(name);
    end->net = net;

    pthread_mutex_lock(&net->mu);
    struct labrpc_end **found = tsearch(end, &net->ends, by_name);
    if (*found != end)
        labrpc_fatal("there is an end '%s' already; an end needs a name that "
                     "no other end of its network has or had",
                     name);
    pthread_mutex_unlock(&net->mu);
    return end;
}

void labrpc_connect(struct labrpc_end *end, const char *server_name)
{
    struct labrpc_network *net = end->net;
    pthread_mutex_lock(&net->mu);
    if (end->address != NULL)
        labrpc_fatal("the end '%s' is connected to server '%s' already; to "
                     "reach '%s', make another end",
                     end->name, end->address->name, server_name);
    end->address = get_address_locked(net, server_name);
    pthread_mutex_unlock(&net->mu);
}

void labrpc_enable(struct labrpc_end *end, bool enabled)
{
    pthread_mutex_lock(&end->net->mu);
    end->enabled = enabled;
    pthread_mutex_unlock(&end->net->mu);
}

// ---- Faults ----

static void set(struct labrpc_network *net, bool *flag, bool value)
{
    pthread_mutex_lock(&net->mu);
    *flag = value;
    pthread_mutex_unlock(&net->mu);
}

void labrpc_set_reliable(struct labrpc_network *net, bool reliable)
{
    set(net, &net->unreliable, !reliable);
}

void labrpc_set_long_reordering(struct labrpc_network *net, bool on)
{
    set(net, &net->long_reordering, on);
}

void labrpc_set_long_delays(struct labrpc_network *net, bool on)
{
    set(net, &net->long_delays, on);
}

void labrpc_set_request_reordering(struct labrpc_network *net, bool on)
{
    set(net, &net->request_reordering, on);
}

void labrpc_set_duplicates(struct labrpc_network *net, int percent)
{
    assert(0 <= percent && percent <= 100);
    pthread_mutex_lock(&net->mu);
    net->duplicate_percent = percent;
    pthread_mutex_unlock(&net->mu);
}

static struct direction *get_direction(struct labrpc_end *end,
                                       enum labrpc_direction direction)
{
    return direction == LABRPC_REQUESTS ? &end->requests : &end->replies;
}

void labrpc_cut(struct labrpc_end *end, enum labrpc_direction direction,
                bool cut)
{
    set(end->net, &get_direction(end, direction)->cut, cut);
}

void labrpc_set_delay(struct labrpc_end *end, enum labrpc_direction direction,
                      int ms)
{
    assert(ms >= 0);
    pthread_mutex_lock(&end->net->mu);
    get_direction(end, direction)->delay_ms = ms;
    pthread_mutex_unlock(&end->net->mu);
}

// ---- Counts ----

int labrpc_get_count(struct labrpc_network *net, const char *server_name)
{
    pthread_mutex_lock(&net->mu);
    const struct labrpc_server *server =
        get_address_locked(net, server_name)->server;
    int count = server != NULL ? server->n_calls : 0;
    pthread_mutex_unlock(&net->mu);
    return count;
}

int labrpc_get_total_count(struct labrpc_network *net)
{
    pthread_mutex_lock(&net->mu);
    int count = net->n_calls;
    pthread_mutex_unlock(&net->mu);
    return count;
}

long long labrpc_get_total_bytes(struct labrpc_network *net)
{
    pthread_mutex_lock(&net->mu);
    long long n_bytes = net->n_bytes;
    pthread_mutex_unlock(&net->mu);
    return n_bytes;
}

// ---- The end of the network ----

static void free_end(void *node)
{
    struct labrpc_end *end = node;
    free(end->name);
    free(end);
}

static void free_address(void *node)
{
    struct address *address = node;
    free(address->name);
    free(address);
}

void labrpc_join_handlers(struct labrpc_network *net)
{
    pthread_mutex_lock(&net->mu);
    assert(net->closed && "labrpc_cleanup comes before labrpc_join_handlers");
    while (net->n_handlers > 0)
        pthread_cond_wait(&net->all_returned, &net->mu);
    pthread_mutex_unlock(&net->mu);
    go_group_close(net->handlers);
}

void labrpc_free_network(struct labrpc_network *net)
{
    // Waits for a caller that still holds the lock. After it, only handlers and
    // duplicates use the network.
    pthread_mutex_lock(&net->mu);
    assert(net->closed && "labrpc_cleanup comes before labrpc_free_network");
    pthread_mutex_unlock(&net->mu);
    go_group_free(net->handlers);
    assert(LIST_EMPTY(&net->sleepers) && "no call may be under way");

    tdestroy(net->ends, free_end);
    tdestroy(net->addresses, free_address);
    while (net->servers != NULL) {
        struct labrpc_server *server = net->servers;
        net->servers = server->next;
        free(server->services);
        free(server);
    }
    pthread_cond_destroy(&net->all_returned);
    pthread_mutex_destroy(&net->mu);
    free(net);
}
