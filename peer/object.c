// Loads the Raft's shared object into a life.
#include "peer/internal.h"

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

struct object peer_object;

static struct link_map *map;

// The codecs of the given messages, as this object has them.
static struct labrpc_method given[N_MESSAGES];

// Says which function it lacks; "" if it lacks none.
static char lacking[60];

static void *find(void *handle, const char *name)
{
    void *function = dlsym(handle, name);
    if (function == NULL)
        snprintf(lacking, sizeof lacking, "it has no %s()", name);
    return function;
}

static const char *const given_names[N_MESSAGES] = {
    [MESSAGES_VOTE] = "RequestVote",
    [MESSAGES_APPEND] = "AppendEntries",
    [MESSAGES_INSTALL] = "InstallSnapshot",
};

static xdrproc_t find_codec(void *handle, const char *message, const char *kind)
{
    char name[60];
    snprintf(name, sizeof name, "xdr_%s%s", message, kind);
    return (xdrproc_t)dlsym(handle, name);
}

static void find_codecs(void *handle)
{
    for (int k = MESSAGES_OTHER + 1; k < N_MESSAGES; k++) {
        given[k].xdr_args = find_codec(handle, given_names[k], "Request");
        given[k].xdr_reply = find_codec(handle, given_names[k], "Response");
    }
}

const char *object_load(const char *path)
{
    void *handle = dlopen(path, RTLD_NOW);
    if (handle == NULL)
        return dlerror();
    dlinfo(handle, RTLD_DI_LINKMAP, &map);
    const struct labrpc_method *(*methods)(int *n_methods) =
        (const struct labrpc_method *(*)(int *))find(handle, "raft_methods");
    *(void **)&peer_object.make = find(handle, "raft_make");
    *(void **)&peer_object.start = find(handle, "raft_start");
    *(void **)&peer_object.get_state = find(handle, "raft_get_state");
    *(void **)&peer_object.snapshot = find(handle, "raft_snapshot");
    *(void **)&peer_object.kill = find(handle, "raft_kill");
    *(void **)&peer_object.free = find(handle, "raft_free");
    if (lacking[0] != '\0')
        return lacking;
    find_codecs(handle);
    peer_object.methods = methods(&peer_object.n_methods);
    return NULL;
}

enum messages object_messages_of(const struct labrpc_method *method)
{
    for (int k = MESSAGES_OTHER + 1; k < N_MESSAGES; k++) {
        if (method->xdr_args == given[k].xdr_args &&
            method->xdr_reply == given[k].xdr_reply)
            return (enum messages)k;
    }
    return MESSAGES_OTHER;
}

int object_find_method(const char *name)
{
    for (int k = 0; k < peer_object.n_methods; k++) {
        if (strcmp(peer_object.methods[k].name, name) == 0)
            return k;
    }
    return -1;
}

uintptr_t object_offset(const void *address)
{
    return (uintptr_t)address - (map == NULL ? 0 : map->l_addr);
}
