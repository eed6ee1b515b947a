// These functions replace libc's for all code of the process, a student's and a
// library's. Each calls libc's. Those that ask the system for something note a
// refusal (rt/shortage.h). Those that send signals note that the process kills
// itself: afterwards it cannot tell. With nothing to note they cost one
// comparison. Their parameters have the names of the manual pages.
#include "tester/interposed.h"

#include "rt/sanitizer.h"
#include "rt/shortage.h"
#include "tester/freed.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <threads.h>
#include <unistd.h>

// libc's function of this name. It is looked up once. If two threads look it up
// at the same time, that does no harm.
#define REAL(name)                                                             \
    ({                                                                         \
        static _Atomic(typeof(&(name))) known;                                 \
        typeof(&(name)) real = known;                                          \
        if (real == NULL)                                                      \
            known = real = (typeof(&(name)))dlsym(RTLD_NEXT, #name);           \
        real;                                                                  \
    })

// ---- Killing oneself ----

static bool unread;
static bool *killed_itself = &unread;  // Constant once a test has started.

void interposed_note_kill_at(bool *killed)
{
    killed_itself = killed;
}

static void note_kill(int sig)
{
    if (sig == SIGKILL || sig == SIGTERM || sig == SIGHUP || sig == SIGINT)
        *killed_itself = true;
}

// A pid below 1 means a group, which may include this process. -1 means every
// process of the user and is refused. Criterion would use it as the pid of a
// test whose fork failed, and so end the user's whole session.
int kill(pid_t pid, int sig)
{
    if (pid == -1) {
        errno = EPERM;
        return -1;
    }
    if (pid < 1 || pid == getpid())
        note_kill(sig);
    return REAL(kill)(pid, sig);
}

int killpg(pid_t pgrp, int sig)
{
    return kill(-pgrp, sig);
}

int raise(int sig)
{
    note_kill(sig);
    return REAL(raise)(sig);
}

// SIGKILL sent to any thread ends the whole process.
int pthread_kill(pthread_t threadid, int signo)
{
    note_kill(signo);
    return REAL(pthread_kill)(threadid, signo);
}

// A sanitizer has an allocator and a pthread_create of its own, which ours
// would hide, and ends the process itself when memory is short.
#if !HAS_SANITIZER

// ---- Memory ----

// libc's own functions, by their second names. They cannot be looked up like
// the others: a look-up may allocate.
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void __libc_free(void *memory);

// The new heap. The memory from new_heap to new_heap_end is free. The size of
// each allocated piece is stored just below it.
#define NEW_HEAP_SIZE ((size_t)128 << 20)  // Of addresses; used as needed.
#define ALIGNMENT     ((size_t)16)

static bool has_new_heap;
static char *new_heap, *new_heap_end;

void interposed_use_new_heap(void)
{
    new_heap = REAL(mmap)(NULL, NEW_HEAP_SIZE, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (new_heap == MAP_FAILED)
        return;
    new_heap_end = new_heap + NEW_HEAP_SIZE;
    has_new_heap = true;
}

static void *take_new(size_t size, size_t alignment)
{
    if (size > NEW_HEAP_SIZE || alignment > NEW_HEAP_SIZE)
        return NULL;
    if (alignment < ALIGNMENT)
        alignment = ALIGNMENT;
    char *at = new_heap + sizeof size;
    at += -(uintptr_t)at & (alignment - 1);  // Alignments are powers of two.
    if (at > new_heap_end || size > (size_t)(new_heap_end - at))
        return NULL;
    ((size_t *)(void *)at)[-1] = size;
    new_heap = at + size;
    return at;
}

static void *take_more(const void *old, size_t size)
{
    void *memory = take_new(size, 0);
    size_t old_size = old == NULL ? 0 : ((const size_t *)old)[-1];
    if (memory != NULL && old_size > 0)
        memcpy(memory, old, old_size < size ? old_size : size);
    return memory;
}

static inline void *memory_or_note(void *memory, size_t asked)
{
    if (__builtin_expect(memory == NULL && asked > 0, 0))
        shortage_note(SHORTAGE_OF_MEMORY, ENOMEM, asked);
    return memory;
}

void *malloc(size_t size)
{
    if (__builtin_expect(has_new_heap, 0))
        return take_new(size, 0);
    void *freed = freed_take(size);
    return freed != NULL ? freed : memory_or_note(__libc_malloc(size), size);
}

void *calloc(size_t nmemb, size_t size)
{
    size_t asked;
    if (__builtin_mul_overflow(nmemb, size, &asked))
        asked = (size_t)-1;
    if (__builtin_expect(has_new_heap, 0))
        return take_new(asked, 0);  // Fresh from the system, it is zero.
    void *freed = freed_take(asked);
    if (freed != NULL)
        return memset(freed, 0, asked);
    return memory_or_note(__libc_calloc(nmemb, size), asked);
}

void *realloc(void *ptr, size_t size)
{
    if (__builtin_expect(has_new_heap, 0))
        return take_more(ptr, size);
    return memory_or_note(__libc_realloc(ptr, size), size);
}

void free(void *ptr)
{
    if (__builtin_expect(!has_new_heap, 1) && !freed_put(ptr))
        __libc_free(ptr);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    if (has_new_heap)
        return take_new(size, alignment);
    void *memory = REAL(aligned_alloc)(alignment, size);
    return memory == NULL && errno != ENOMEM ? NULL
                                             : memory_or_note(memory, size);
}

int posix_memalign(void **memptr, size_t alignment, size_t size)
{
    if (has_new_heap) {
        *memptr = take_new(size, alignment);
        return *memptr == NULL ? ENOMEM : 0;
    }
    int error = REAL(posix_memalign)(memptr, alignment, size);
    if (error == ENOMEM)
        shortage_note(SHORTAGE_OF_MEMORY, error, size);
    return error;
}

static void *mapped_or_note(void *memory, size_t asked)
{
    if (memory == MAP_FAILED && (errno == ENOMEM || errno == EAGAIN))
        shortage_note(SHORTAGE_OF_MEMORY, errno, asked);
    return memory;
}

void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
    return mapped_or_note(REAL(mmap)(addr, len, prot, flags, fd, offset), len);
}

// mremap(2) takes a new address only with a flag. Passing on an argument that
// was not given does no harm, here and in open.
void *mremap(void *addr, size_t old_len, size_t new_len, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    void *new_addr = va_arg(args, void *);
    va_end(args);
    return mapped_or_note(REAL(mremap)(addr, old_len, new_len, flags, new_addr),
                          new_len);
}

// ---- Threads and processes ----

int pthread_create(pthread_t *newthread, const pthread_attr_t *attr,
                   void *(*start_routine)(void *), void *arg)
{
    int error = REAL(pthread_create)(newthread, attr, start_routine, arg);
    if (error == EAGAIN || error == ENOMEM)
        shortage_note(SHORTAGE_OF_THREADS, error, 0);
    return error;
}

int thrd_create(thrd_t *thr, thrd_start_t func, void *arg)
{
    int error = REAL(thrd_create)(thr, func, arg);
    if (error != thrd_success)
        shortage_note(SHORTAGE_OF_THREADS, EAGAIN, 0);
    return error;
}

pid_t fork(void)
{
    pid_t pid = REAL(fork)();
    if (pid < 0 && (errno == EAGAIN || errno == ENOMEM))
        shortage_note(SHORTAGE_OF_PROCESSES, errno, 0);
    return pid;
}

// ---- Files ----

static int file_or_note(int fd)
{
    if (fd < 0 && (errno == EMFILE || errno == ENFILE))
        shortage_note(SHORTAGE_OF_FILES, errno, 0);
    return fd;
}

// open(2) takes a mode only with flags that create a file.
int open(const char *file, int oflag, ...)
{
    va_list args;
    va_start(args, oflag);
    mode_t mode = va_arg(args, mode_t);
    va_end(args);
    return file_or_note(REAL(open)(file, oflag, mode));
}

FILE *fopen(const char *filename, const char *modes)
{
    FILE *opened = REAL(fopen)(filename, modes);
    if (opened == NULL)
        file_or_note(-1);
    return opened;
}

int pipe(int pipedes[2])
{
    return file_or_note(REAL(pipe)(pipedes));
}

int pipe2(int pipedes[2], int flags)
{
    return file_or_note(REAL(pipe2)(pipedes, flags));
}

int socket(int domain, int type, int protocol)
{
    return file_or_note(REAL(socket)(domain, type, protocol));
}

int socketpair(int domain, int type, int protocol, int fds[2])
{
    return file_or_note(REAL(socketpair)(domain, type, protocol, fds));
}

#endif
