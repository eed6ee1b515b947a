// Makes and frees the benchmarks' clusters.
#include "bench/cluster.h"

#include "rt/alloc.h"
#include "rt/clock.h"

#include <stdio.h>
#include <stdlib.h>

static void serve(void *arg)
{
    struct server *server = arg;
    struct apply_msg message;
    while (channel_receive(server->apply_ch, &message)) {
        bytes_free(&message.command);
        pthread_mutex_lock(&server->mu);
        server->last_applied = message.command_index;
        pthread_cond_broadcast(
            &server->applied[message.command_index % WAITERS]);
        pthread_mutex_unlock(&server->mu);
    }
}

static void start_server(struct cluster *cluster, int i)
{
    struct server *server = &cluster->servers[i];
    server->cluster = cluster;
    pthread_mutex_init(&server->mu, NULL);
    for (int k = 0; k < WAITERS; k++)
        pthread_cond_init(&server->applied[k], NULL);
    server->persister = persister_make();
    server->apply_ch = channel_make(sizeof(struct apply_msg), 0);
    server->ends = alloc((size_t)cluster->n * sizeof(struct labrpc_end *));
    for (int j = 0; j < cluster->n; j++) {
        char *name = alloc_format("%d to %d", i, j);
        char *peer = alloc_format("%d", j);
        server->ends[j] = labrpc_make_end(cluster->net, name);
        labrpc_connect(server->ends[j], peer);
        labrpc_enable(server->ends[j], true);
        free(name);
        free(peer);
    }
    go(cluster->services, "service", serve, server);
    server->rf = raft_make(server->ends, cluster->n, i, server->persister,
                           server->apply_ch);

    int n_methods;
    const struct labrpc_method *methods = raft_methods(&n_methods);
    struct labrpc_server *rpc = labrpc_make_server();
    labrpc_add_service(rpc, methods, n_methods, server->rf);
    char *name = alloc_format("%d", i);
    labrpc_add_server(cluster->net, name, rpc);
    free(name);
}

struct cluster *cluster_make(int n)
{
    struct cluster *cluster = alloc(sizeof *cluster);
    cluster->n = n;
    cluster->net = labrpc_make_network();
    cluster->services = go_group_make();
    cluster->servers = alloc((size_t)n * sizeof *cluster->servers);
    for (int i = 0; i < n; i++)
        start_server(cluster, i);
    return cluster;
}

void cluster_free(struct cluster *cluster)
{
    for (int i = 0; i < cluster->n; i++)
        raft_kill(cluster->servers[i].rf);
    labrpc_cleanup(cluster->net);
    labrpc_join_handlers(cluster->net);
    for (int i = 0; i < cluster->n; i++) {
        raft_free(cluster->servers[i].rf);
        channel_close(cluster->servers[i].apply_ch);
    }
    go_group_free(cluster->services);
    for (int i = 0; i < cluster->n; i++) {
        struct server *server = &cluster->servers[i];
        channel_free(server->apply_ch);
        persister_free(server->persister);
        for (int k = 0; k < WAITERS; k++)
            pthread_cond_destroy(&server->applied[k]);
        pthread_mutex_destroy(&server->mu);
        free(server->ends);
    }
    labrpc_free_network(cluster->net);
    free(cluster->servers);
    free(cluster);
}

int cluster_wait_for_leader(struct cluster *cluster, int except)
{
    for (;;) {
        for (int i = 0; i < cluster->n; i++) {
            int term;
            bool is_leader;
            raft_get_state(cluster->servers[i].rf, &term, &is_leader);
            if (is_leader && i != except)
                return i;
        }
        sleep_ms(1);
    }
}

void cluster_connect(struct cluster *cluster, int i, bool connected)
{
    for (int j = 0; j < cluster->n; j++) {
        labrpc_enable(cluster->servers[i].ends[j], connected);
        labrpc_enable(cluster->servers[j].ends[i], connected);
    }
}

void server_wait_applied(struct server *server, int index)
{
    pthread_mutex_lock(&server->mu);
    while (server->last_applied < index)
        pthread_cond_wait(&server->applied[index % WAITERS], &server->mu);
    pthread_mutex_unlock(&server->mu);
}
