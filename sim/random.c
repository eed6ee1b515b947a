// Random numbers for the program, drawn from the simulation's seed. srand and
// srandom begin another stream: the same number gives the same sequence again.
// Functions whose state the program keeps (rand_r, erand48, ...) are left
// alone.
#include "sim/internal.h"
#include "sim/real.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define GETENTROPY_MAX 256  // POSIX's limit.

static uint64_t draw(struct sim_rng *rng)
{
    uint64_t number = sim_tape_number(sim_rng_next(rng), 0);
    sim_hash_add(number);
    return number;
}

static void fill(void *buffer, size_t size)
{
    char *to = buffer;
    while (size > 0) {
        uint64_t number = draw(&sim.drawn);
        size_t part = size < sizeof number ? size : sizeof number;
        memcpy(to, &number, part);
        to += part;
        size -= part;
    }
}

// ---- rand, random ----

// All threads share one sequence; the schedule decides who draws first.
static int draw_rand(void)
{
    sim_point();
    return (int)(draw(&sim.sequence) >> 33);  // RAND_MAX has 31 bits.
}

static void begin_sequence(unsigned seed)
{
    sim_point();
    sim.sequence = sim_rng_make(sim.seed, UINT64_C(0x100000000) + seed);
}

int __wrap_rand(void)
{
    return sim.on ? draw_rand() : __real_rand();
}

void __wrap_srand(unsigned seed)
{
    if (sim.on)
        begin_sequence(seed);
    else
        __real_srand(seed);
}

long __wrap_random(void)
{
    return sim.on ? draw_rand() : __real_random();
}

void __wrap_srandom(unsigned seed)
{
    if (sim.on)
        begin_sequence(seed);
    else
        __real_srandom(seed);
}

// ---- The drand48 family, whose sequence POSIX prescribes ----

#define MASK48 ((UINT64_C(1) << 48) - 1)

static uint64_t next48(void)
{
    sim_point();
    sim.rand48 = (sim.rand48 * UINT64_C(0x5deece66d) + 0xb) & MASK48;
    uint64_t number = sim_tape_number(sim.rand48, MASK48 + 1);
    sim_hash_add(number);
    return number;
}

double __wrap_drand48(void)
{
    return sim.on ? (double)next48() / (double)(MASK48 + 1) : __real_drand48();
}

long __wrap_lrand48(void)
{
    return sim.on ? (long)(next48() >> 17) : __real_lrand48();
}

long __wrap_mrand48(void)
{
    return sim.on ? (int32_t)(next48() >> 16) : __real_mrand48();
}

void __wrap_srand48(long seed)
{
    if (sim.on)
        sim.rand48 = ((uint64_t)(uint32_t)seed << 16) | 0x330e;
    else
        __real_srand48(seed);
}

unsigned short *__wrap_seed48(unsigned short seed[3])
{
    static unsigned short old[3];
    if (!sim.on)
        return __real_seed48(seed);
    for (int i = 0; i < 3; i++)
        old[i] = (unsigned short)(sim.rand48 >> (16 * i));
    sim.rand48 =
        seed[0] | ((uint64_t)seed[1] << 16) | ((uint64_t)seed[2] << 32);
    return old;
}

// ---- The system's own ----

ssize_t __wrap_getrandom(void *buffer, size_t size, unsigned flags)
{
    if (!sim.on)
        return __real_getrandom(buffer, size, flags);
    unsigned both = GRND_RANDOM | GRND_INSECURE;
    if ((flags & ~(both | GRND_NONBLOCK)) != 0 || (flags & both) == both)
        sim_misuse(HERE,
                   "calls getrandom with flags of %#x, which there are "
                   "not: 0 will do",
                   flags);
    fill(buffer, size);
    return (ssize_t)size;
}

int __wrap_getentropy(void *buffer, size_t size)
{
    if (!sim.on)
        return __real_getentropy(buffer, size);
    if (size > GETENTROPY_MAX)
        sim_misuse(HERE, "asks getentropy for %zu bytes: the limit is %d", size,
                   GETENTROPY_MAX);
    fill(buffer, size);
    return 0;
}

uint32_t __wrap_arc4random(void)
{
    return sim.on ? (uint32_t)(draw(&sim.drawn) >> 32) : __real_arc4random();
}

void __wrap_arc4random_buf(void *buffer, size_t size)
{
    if (sim.on)
        fill(buffer, size);
    else
        __real_arc4random_buf(buffer, size);
}

uint32_t __wrap_arc4random_uniform(uint32_t bound)
{
    if (!sim.on)
        return __real_arc4random_uniform(bound);
    return bound < 2 ? 0 : (uint32_t)(draw(&sim.drawn) % bound);
}

void sim_random_start(uint64_t seed)
{
    sim.seed = seed;
    sim.drawn = sim_rng_make(seed, 1);
    sim.sequence = sim_rng_make(seed, 2);
    struct sim_rng rng = sim_rng_make(seed, 3);
    sim.rand48 = sim_rng_next(&rng) & MASK48;
}
