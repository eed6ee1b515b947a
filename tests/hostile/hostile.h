// A Raft that talks to the judge itself, past labrpc: a liar. Each server
// attacks when it is made.
#ifndef TESTS_HOSTILE_HOSTILE_H
#define TESTS_HOSTILE_HOSTILE_H

#include "tests/broken/base.h"
#include "wire/control.h"
#include "wire/internal.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// Sends a packet to the judge, with so many bytes behind its head.
static inline void send_packet(struct packet_head head, size_t size)
{
    static struct packet packet;
    packet.head = head;
    ssize_t sent = send(CONTROL_FD, &packet, sizeof head + size, MSG_NOSIGNAL);
    (void)sent;
}

static void attack(struct raft *rf);

static const struct bug bug = { .in_make = attack };

#endif
