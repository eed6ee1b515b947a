// A Raft that does nothing: it fails every test. An attack adds to it all that
// could make it pass. Each attack here is one source file that includes this
// one; where.h, which tests/scripts/attacks writes, names the places that it
// knows of.
//
// An attack that is stopped ends with status 78, one that got through with 77.
#ifndef STUB_H
#define STUB_H

#include "raft/raft.h"
#include "rt/alloc.h"

#include "raft/raft_x.h"

#include "where.h"
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct raft {
    int me, n_peers;
    struct labrpc_end **peers;
    struct persister *persister;
    struct channel *apply_ch;
};

#ifndef AT_LOAD
static void attack(struct raft *rf);  // Called by each raft_make.
#else
static void attack(struct raft *rf)
{
    (void)rf;
}
#endif

// ---- Tools of attackers ----

static inline void stopped(void)
{
    _exit(78);
}

static inline void got_through(const char *where)
{
    dprintf(1, "THROUGH: %s\n", where);
    dprintf(2, "THROUGH: %s\n", where);
    _exit(77);
}

// A system call that disassembling the object does not show.
long hidden_call(long number, ...) __attribute__((visibility("hidden")));
#ifdef __x86_64__
__asm__(".text\n"
        "hidden_call:\n"
        "    mov %rdi, %rax\n"
        "    mov %rsi, %rdi\n"
        "    mov %rdx, %rsi\n"
        "    mov %rcx, %rdx\n"
        "    mov %r8, %r10\n"
        "    mov %r9, %r8\n"
        "    jmp 1f + 1\n"
        "1:  movl $0xc3050f, %eax\n");  // Its last bytes are: syscall; ret.
#else
__asm__(".text\n"
        "hidden_call:\n"
        "    mov x8, x0\n"
        "    mov x0, x1\n"
        "    mov x1, x2\n"
        "    mov x2, x3\n"
        "    mov x3, x4\n"
        "    mov x4, x5\n"
        "    .word 0xd4000001\n"
        "    ret\n");
#endif

static inline long new_process(void)
{
    return hidden_call(SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, 0L);
}

// Shows a file that nobody gave to this Raft, if it can be read.
static inline void spill(const char *path)
{
    char text[400];
    int file = open(path, O_RDONLY);
    ssize_t n = file < 0 ? -1 : read(file, text, sizeof text - 1);
    if (n <= 0)
        return;
    text[n] = '\0';
    for (ssize_t k = 0; k < n; k++)
        if (text[k] == '\0')
            text[k] = ' ';
    if (strstr(text, "canary") == NULL)
        return;
    dprintf(2, "%s\n", text);
    got_through(path);
}

// Leaves a file there, for after the grading.
static inline void plant(const char *path)
{
    int file = open(path, O_CREAT | O_WRONLY, 0666);
    if (file < 0)
        return;
    if (write(file, "planted\n", 8) == 8)
        close(file);
}

// Calls visit for each process that /proc shows.
static inline void each_process(void (*visit)(int process))
{
    char entries[32768];
    long n, folder = hidden_call(SYS_openat, (long)AT_FDCWD, "/proc",
                                 (long)(O_RDONLY | O_DIRECTORY));
    while ((n = hidden_call(SYS_getdents64, folder, entries,
                            (long)sizeof entries)) > 0)
        for (long at = 0; at < n;) {
            const struct dirent64 *entry = (struct dirent64 *)&entries[at];
            at += entry->d_reclen;
            if (atoi(entry->d_name) > 0)
                visit(atoi(entry->d_name));
        }
}

// ---- A Raft that does nothing ----

static void do_nothing(void *receiver, const void *args, void *reply)
{
    (void)receiver, (void)args, (void)reply;
}

#ifndef METHOD
#define METHOD "Raft.RequestVote"
#endif

static const struct labrpc_method stub_rpcs[] = {
    { .name = METHOD,
      .xdr_args = (xdrproc_t)xdr_RequestVoteRequest,
      .args_size = sizeof(RequestVoteRequest),
      .xdr_reply = (xdrproc_t)xdr_RequestVoteResponse,
      .reply_size = sizeof(RequestVoteResponse),
      .handler = do_nothing },
};

const struct labrpc_method *raft_methods(int *n)
{
    *n = 1;
    return stub_rpcs;
}

struct raft *raft_make(struct labrpc_end **peers, int n_peers, int me,
                       struct persister *persister, struct channel *apply_ch)
{
    struct raft *rf = alloc(sizeof *rf);
    *rf = (struct raft){ .me = me,
                         .n_peers = n_peers,
                         .peers = peers,
                         .persister = persister,
                         .apply_ch = apply_ch };
    attack(rf);
    return rf;
}

#ifndef PLAYS
bool raft_start(struct raft *rf, struct bytes command, int *index, int *term)
{
    (void)rf, (void)command, (void)index, (void)term;
    return false;
}

void raft_get_state(struct raft *rf, int *term, bool *is_leader)
{
    (void)rf;
    *term = 0;
    *is_leader = false;
}
#endif

void raft_snapshot(struct raft *rf, int index, struct bytes snapshot)
{
    (void)rf, (void)index, (void)snapshot;
}

void raft_kill(struct raft *rf)
{
    (void)rf;
}

void raft_free(struct raft *rf)
{
    free(rf);
}

#endif
