// For LD_PRELOAD: makes the K-th call of one kind fail, as a system without
// that resource does. REFUSE names the kind and K, such as "memory 17". A child
// continues its parent's count. Prints a line on stderr when it refuses a call.
//
// Memory is refused in libc's internal functions, because the lab defines
// malloc and the like itself (tester/interposed.c).
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define REAL(name)                                                             \
    ({                                                                         \
        static typeof(&(name)) real;                                           \
        if (real == NULL)                                                      \
            real = (typeof(&(name)))dlsym(RTLD_NEXT, #name);                   \
        real;                                                                  \
    })

static char refused_kind[20];
static int refused_k;
static atomic_int n_calls;

__attribute__((constructor)) static void read_order(void)
{
    const char *order = getenv("REFUSE");
    if (order != NULL)
        sscanf(order, "%19s %d", refused_kind, &refused_k);
}

static bool is_refused(const char *kind)
{
    if (strcmp(kind, refused_kind) != 0 || ++n_calls != refused_k)
        return false;
    static const char said[] = "refused\n";
    return write(STDERR_FILENO, said, sizeof said - 1) > 0;
}

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static void *no_memory(void)
{
    errno = ENOMEM;
    return NULL;
}

void *__libc_malloc(size_t size)
{
    return is_refused("memory") ? no_memory() : REAL(__libc_malloc)(size);
}

void *__libc_calloc(size_t count, size_t size)
{
    return is_refused("memory") ? no_memory()
                                : REAL(__libc_calloc)(count, size);
}

void *__libc_realloc(void *old, size_t size)
{
    return is_refused("memory") ? no_memory() : REAL(__libc_realloc)(old, size);
}

void *mmap(void *at, size_t size, int protection, int flags, int fd,
           off_t offset)
{
    if (is_refused("mapping")) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    return REAL(mmap)(at, size, protection, flags, fd, offset);
}

int pthread_create(pthread_t *id, const pthread_attr_t *attributes,
                   void *(*start)(void *), void *arg)
{
    if (is_refused("thread"))
        return EAGAIN;
    return REAL(pthread_create)(id, attributes, start, arg);
}

pid_t fork(void)
{
    if (is_refused("process")) {
        errno = EAGAIN;
        return -1;
    }
    return REAL(fork)();
}

static bool is_file_refused(void)
{
    bool refused = is_refused("file");
    if (refused)
        errno = EMFILE;
    return refused;
}

int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = va_arg(args, mode_t);
    va_end(args);
    return is_file_refused() ? -1 : REAL(open)(path, flags, mode);
}

FILE *fopen(const char *path, const char *mode)
{
    return is_file_refused() ? NULL : REAL(fopen)(path, mode);
}

int pipe2(int ends[2], int flags)
{
    return is_file_refused() ? -1 : REAL(pipe2)(ends, flags);
}
