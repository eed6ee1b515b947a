// A process of the grader's user that has nothing to do with the grading, for
// tests/scripts/attacks. It listens on loopback and at an abstract socket,
// prints the port, and then a line for each connection that it hears.
#include <arpa/inet.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int listen_at_port(int *port)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(fd, (struct sockaddr *)&address, size) != 0 ||
        listen(fd, 10) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        exit(2);
    *port = ntohs(address.sin_port);
    return fd;
}

static int listen_at_name(int port)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int length =
        snprintf(address.sun_path + 1, 60, "raftlab-bystander-%d", port);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
                                 (size_t)length);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, 10) != 0)
        exit(2);
    return fd;
}

int main(void)
{
    prctl(PR_SET_PDEATHSIG, 9);
    int port;
    int by_port = listen_at_port(&port);
    struct pollfd sockets[] = { { by_port, POLLIN, 0 },
                                { listen_at_name(port), POLLIN, 0 } };
    printf("%d\n", port);
    fflush(stdout);
    while (poll(sockets, 2, -1) > 0)
        for (int k = 0; k < 2; k++)
            if (sockets[k].revents != 0) {
                close(accept(sockets[k].fd, NULL, NULL));
                printf("heard a call %s\n",
                       k == 0 ? "at its port" : "by its name");
                fflush(stdout);
            }
}
