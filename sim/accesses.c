// Points at accesses of memory. In code that a compiler has built with
// -fsanitize=thread, each access calls one of these functions first, and each
// atomic operation is a call. ThreadSanitizer defines the same functions; a
// program is linked with one of the two.
//
// The same seed must give the same run wherever the system puts the program's
// memory. So addresses are only compared: with the bounds of the thread's own
// stack, and (POS) with the address that another thread is about to touch.
#include "sim/internal.h"

#include <string.h>

// Accesses of a thread that holds a lock are points once in so many. Other
// threads that lock correctly do not look there, and they are most of all
// accesses. Each run has one of these numbers.
static const uint32_t at_accesses[] = { 1, 8, 64 };
#define N_AT_ACCESSES (sizeof at_accesses / sizeof at_accesses[0])

// A weak compare-and-exchange fails without a reason once in so many.
#define AT_EXCHANGES 32

// Thread 0 has the system's stack.
static struct {
    const char *low, *high;
} first_stack;

static inline bool is_on_own_stack(const void *address)
{
    const struct sim_thread *self = sim.self;
    const char *at = address, *low = self->fiber.stack;
    if (low != NULL)
        return at >= low && at < low + self->fiber.size;
    if (first_stack.low == NULL)
        sim_stack_bounds(self, &first_stack.low, &first_stack.high);
    return at >= first_stack.low && at < first_stack.high;
}

static inline bool is_shared(const void *address)
{
    return sim.on && sim.has_access_points && !sim.hides_accesses &&
           !is_on_own_stack(address);
}

static inline bool once_in(uint32_t times)
{
    return sim_rng_below(&sim.self->access_chance, times) == 0;
}

bool sim_makes_access_points(void)
{
    return true;
}

// For accesses as a part of computing, which takes no virtual time.
__attribute__((noinline)) static void point_without_time(const void *address)
{
    sim.points_without_time++;
    sim.now_ns -= POINT_NS;  // The next line adds it.
    sim_point_before(address);
}

__attribute__((noinline)) static void point(const void *address)
{
    sim_point_before(address);
}

// Called before an access of plain memory.
static inline void before_access(const void *address)
{
    if (is_shared(address) && (sim.self->holds == NULL ||
                               once_in(at_accesses[sim.seed % N_AT_ACCESSES])))
        point_without_time(address);
}

// Called before an access that the program means to share: an atomic or
// volatile one. A thread may wait in a loop of these, so they take time.
static inline void before_shared_access(const volatile void *address)
{
    if (is_shared((const void *)address))
        point((const void *)address);
}

// Does a weak compare-and-exchange fail?
static inline bool fails_at_times(const volatile void *address)
{
    return is_shared((const void *)address) && once_in(AT_EXCHANGES);
}

// ---- Plain and volatile memory ----

#define ACCESS(name_, before_)                                                 \
    void __tsan_##name_(void *address);                                        \
    void __tsan_##name_(void *address)                                         \
    {                                                                          \
        before_(address);                                                      \
    }

#define ACCESSES(name_, before_)                                               \
    ACCESS(name_##1, before_)                                                  \
    ACCESS(name_##2, before_)                                                  \
    ACCESS(name_##4, before_)                                                  \
    ACCESS(name_##8, before_)                                                  \
    ACCESS(name_##16, before_)

ACCESSES(read, before_access)
ACCESSES(write, before_access)
ACCESSES(unaligned_read, before_access)
ACCESSES(unaligned_write, before_access)
ACCESSES(volatile_read, before_shared_access)
ACCESSES(volatile_write, before_shared_access)
ACCESSES(unaligned_volatile_read, before_shared_access)
ACCESSES(unaligned_volatile_write, before_shared_access)

// Structs, and members of packed ones.
void __tsan_read_range(void *address, size_t size);
void __tsan_read_range(void *address, size_t size)
{
    (void)size;
    before_access(address);
}

void __tsan_write_range(void *address, size_t size);
void __tsan_write_range(void *address, size_t size)
{
    (void)size;
    before_access(address);
}

// ---- Functions of libc: the Makefile and newer compilers give the calls these
// names ----

void *__tsan_memcpy(void *to, const void *from, size_t size);
void *__tsan_memcpy(void *to, const void *from, size_t size)
{
    before_access(from);
    before_access(to);
    return memcpy(to, from, size);
}

void *__tsan_memmove(void *to, const void *from, size_t size);
void *__tsan_memmove(void *to, const void *from, size_t size)
{
    before_access(from);
    before_access(to);
    return memmove(to, from, size);
}

void *__tsan_memset(void *to, int value, size_t size);
void *__tsan_memset(void *to, int value, size_t size)
{
    before_access(to);
    return memset(to, value, size);
}

// ---- Atomic operations ----

// While one simulated thread runs at a time, plain operations are atomic, in
// one order for all threads. So the order that the program asks for does not
// matter. The parameters of type int are such orders.

typedef uint8_t word_8;
typedef uint16_t word_16;
typedef uint32_t word_32;
typedef uint64_t word_64;
typedef unsigned __int128 word_128;

#define EXCHANGE(bits_, name_, new_)                                           \
    word_##bits_ __tsan_atomic##bits_##_##name_(volatile word_##bits_ *at,     \
                                                word_##bits_ value, int);      \
    word_##bits_ __tsan_atomic##bits_##_##name_(volatile word_##bits_ *at,     \
                                                word_##bits_ value, int order) \
    {                                                                          \
        (void)order;                                                           \
        before_shared_access(at);                                              \
        word_##bits_ old = *at;                                                \
        *at = (word_##bits_)(new_);                                            \
        return old;                                                            \
    }

#define COMPARE_EXCHANGE(bits_, name_, fails_)                                 \
    int __tsan_atomic##bits_##_##name_(volatile word_##bits_ *at,              \
                                       word_##bits_ *expected,                 \
                                       word_##bits_ value, int, int);          \
    int __tsan_atomic##bits_##_##name_(                                        \
        volatile word_##bits_ *at, word_##bits_ *expected, word_##bits_ value, \
        int order, int if_failed)                                              \
    {                                                                          \
        (void)order;                                                           \
        (void)if_failed;                                                       \
        before_shared_access(at);                                              \
        word_##bits_ old = *at;                                                \
        if (old == *expected && !(fails_)) {                                   \
            *at = value;                                                       \
            return 1;                                                          \
        }                                                                      \
        *expected = old;                                                       \
        return 0;                                                              \
    }

#define ATOMIC(bits_)                                                          \
    word_##bits_ __tsan_atomic##bits_##_load(const volatile word_##bits_ *at,  \
                                             int);                             \
    word_##bits_ __tsan_atomic##bits_##_load(const volatile word_##bits_ *at,  \
                                             int order)                        \
    {                                                                          \
        (void)order;                                                           \
        before_shared_access(at);                                              \
        return *at;                                                            \
    }                                                                          \
    void __tsan_atomic##bits_##_store(volatile word_##bits_ *at,               \
                                      word_##bits_ value, int);                \
    void __tsan_atomic##bits_##_store(volatile word_##bits_ *at,               \
                                      word_##bits_ value, int order)           \
    {                                                                          \
        (void)order;                                                           \
        before_shared_access(at);                                              \
        *at = value;                                                           \
    }                                                                          \
    EXCHANGE(bits_, exchange, value)                                           \
    EXCHANGE(bits_, fetch_add, old + value)                                    \
    EXCHANGE(bits_, fetch_sub, old - value)                                    \
    EXCHANGE(bits_, fetch_and, (old & value))                                  \
    EXCHANGE(bits_, fetch_or, old | value)                                     \
    EXCHANGE(bits_, fetch_xor, old ^ value)                                    \
    EXCHANGE(bits_, fetch_nand, ~(old & value))                                \
    COMPARE_EXCHANGE(bits_, compare_exchange_strong, false)                    \
    COMPARE_EXCHANGE(bits_, compare_exchange_weak, fails_at_times(at))         \
    word_##bits_ __tsan_atomic##bits_##_compare_exchange_val(                  \
        volatile word_##bits_ *at, word_##bits_ expected, word_##bits_ value,  \
        int, int);                                                             \
    word_##bits_ __tsan_atomic##bits_##_compare_exchange_val(                  \
        volatile word_##bits_ *at, word_##bits_ expected, word_##bits_ value,  \
        int order, int if_failed)                                              \
    {                                                                          \
        __tsan_atomic##bits_##_compare_exchange_strong(at, &expected, value,   \
                                                       order, if_failed);      \
        return expected;                                                       \
    }

ATOMIC(8)
ATOMIC(16)
ATOMIC(32)
ATOMIC(64)
ATOMIC(128)

// ---- Nothing to do ----

void __tsan_atomic_thread_fence(int order);
void __tsan_atomic_thread_fence(int order)
{
    (void)order;
}

void __tsan_atomic_signal_fence(int order);
void __tsan_atomic_signal_fence(int order)
{
    (void)order;
}

void __tsan_init(void);
void __tsan_init(void)
{
}

void __tsan_func_entry(void *caller);
void __tsan_func_entry(void *caller)
{
    (void)caller;
}

void __tsan_func_exit(void);
void __tsan_func_exit(void)
{
}
