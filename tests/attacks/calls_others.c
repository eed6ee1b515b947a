// Tries: reaches a server on the host by TCP on loopback, and by an
// abstract socket.
// aims at: the host
#include "stub.h"
#include <arpa/inet.h>
#include <stddef.h>
#include <sys/un.h>

static void call_tcp(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons(BYSTANDER_PORT),
                                   .sin_addr = { htonl(INADDR_LOOPBACK) } };
    long fd = hidden_call(SYS_socket, (long)AF_INET, (long)SOCK_STREAM, 0L);
    if (fd >= 0 &&
        hidden_call(SYS_connect, fd, &address, (long)sizeof address) == 0)
        got_through("a server on loopback");
}

static void call_abstract(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int length = snprintf(address.sun_path + 1, 60, "raftlab-bystander-%d",
                          BYSTANDER_PORT);
    long fd = hidden_call(SYS_socket, (long)AF_UNIX, (long)SOCK_STREAM, 0L);
    long size = (long)(offsetof(struct sockaddr_un, sun_path)) + 1 + length;
    if (fd >= 0 && hidden_call(SYS_connect, fd, &address, size) == 0)
        got_through("an abstract socket");
}

static void attack(struct raft *rf)
{
    (void)rf;
    call_tcp();
    call_abstract();
    stopped();
}
