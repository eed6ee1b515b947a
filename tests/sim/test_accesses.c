// Data races that do harm because accesses of memory are scheduling points. In
// plain runs of the same programs nothing happens. Without the race they pass
// all runs. This file is compiled by scripts/with-points.
#include "tests/sim/harness.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// With each policy.
#define SEEDS_OF_BUG   1000  // At most.
#define SEEDS_OF_PLAIN 100
#define SEEDS_OF_FIX   340

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;

// Keeps the compiler from moving accesses of memory over this line.
#define IN_THIS_ORDER() atomic_signal_fence(memory_order_seq_cst)

static void check_found(void (*bug)(void), void (*fix)(void))
{
    for (const char *const *policy = policies; *policy != NULL; policy++) {
        struct sim_options plain = { .policy = *policy };
        struct sim_options points = { .policy = *policy,
                                      .access_points = true };
        uint64_t seed = first_failure(bug, points, SEEDS_OF_BUG);
        printf("    found by seed %d (%s)\n", (int)seed, *policy);
        check(seed != 0);
        check(first_failure(bug, plain, SEEDS_OF_PLAIN) == 0);
        check(first_failure(fix, points, SEEDS_OF_FIX) == 0);
    }
}

static void run_both(void *(*one)(void *), void *(*other)(void *))
{
    pthread_t a = start(one, NULL);
    pthread_t b = start(other, NULL);
    join(a);
    join(b);
}

// ---- A counter that two threads increment ----

static int count;
static atomic_int atomic_count;

static void *increment(void *unused)
{
    count++;
    return unused;
}

static void *increment_atomically(void *unused)
{
    atomic_count++;
    return unused;
}

static void count_two(void)
{
    run_both(increment, increment);
    check(count == 2);
}

static void count_two_atomically(void)
{
    run_both(increment_atomically, increment_atomically);
    check(atomic_count == 2);
}

SIM_TEST(lost_increment_is_found)
{
    check_found(count_two, count_two_atomically);
}

// ---- Check, then act, without a lock ----

static int vote = -1;
static atomic_int n_votes;

static void *vote_without_lock(void *candidate)
{
    if (vote == -1) {
        vote = candidate != NULL;
        n_votes++;
    }
    return NULL;
}

static void *vote_with_lock(void *candidate)
{
    pthread_mutex_lock(&mu);
    vote_without_lock(candidate);
    pthread_mutex_unlock(&mu);
    return NULL;
}

static void vote_twice(void)
{
    run_both(vote_without_lock, vote_without_lock);
    check(n_votes == 1);
}

static void vote_once(void)
{
    run_both(vote_with_lock, vote_with_lock);
    check(n_votes == 1);
}

SIM_TEST(check_then_act_without_lock_is_found)
{
    check_found(vote_twice, vote_once);
}

// ---- A pair that is read without the lock ----

static int term, leader;

static void *win_election(void *unused)
{
    pthread_mutex_lock(&mu);
    term = 7;
    leader = 7;
    pthread_mutex_unlock(&mu);
    return unused;
}

static void *look_without_lock(void *unused)
{
    int seen = term;
    IN_THIS_ORDER();
    check(seen == leader);
    return unused;
}

static void *look_with_lock(void *unused)
{
    pthread_mutex_lock(&mu);
    look_without_lock(NULL);
    pthread_mutex_unlock(&mu);
    return unused;
}

static void look_at_half(void)
{
    run_both(win_election, look_without_lock);
}

static void look_at_both(void)
{
    run_both(win_election, look_with_lock);
}

SIM_TEST(unlocked_read_of_a_pair_is_found)
{
    check_found(look_at_half, look_at_both);
}

// ---- Publication, before the object is complete ----

static struct message {
    int value;
} message, *published;
static _Atomic(struct message *) published_safely;

static void *publish_early(void *unused)
{
    published = &message;
    IN_THIS_ORDER();
    message.value = 42;
    return unused;
}

static void *read_published(void *unused)
{
    const struct message *seen = published;
    check(seen == NULL || seen->value == 42);
    return unused;
}

static void *publish_complete(void *unused)
{
    message.value = 42;
    published_safely = &message;
    return unused;
}

static void *read_safely(void *unused)
{
    const struct message *seen = published_safely;
    check(seen == NULL || seen->value == 42);
    return unused;
}

static void read_early(void)
{
    run_both(publish_early, read_published);
}

static void read_complete(void)
{
    run_both(publish_complete, read_safely);
}

SIM_TEST(early_publication_is_found)
{
    check_found(read_early, read_complete);
}

// ---- Double-checked locking ----

static void *make_in_place(void *unused)
{
    if (published == NULL) {
        pthread_mutex_lock(&mu);
        if (published == NULL)
            publish_early(NULL);
        pthread_mutex_unlock(&mu);
    }
    return read_published(unused);
}

static void *make_then_publish(void *unused)
{
    if (published_safely == NULL) {
        pthread_mutex_lock(&mu);
        if (published_safely == NULL)
            publish_complete(NULL);
        pthread_mutex_unlock(&mu);
    }
    return read_safely(unused);
}

static void make_twice(void)
{
    run_both(make_in_place, make_in_place);
}

static void make_once(void)
{
    run_both(make_then_publish, make_then_publish);
}

SIM_TEST(double_checked_locking_is_found)
{
    check_found(make_twice, make_once);
}

// ---- Peterson's lock ----

static atomic_bool wants[2];
static atomic_int waits;
static atomic_int n_inside;

static void wait_and_enter(int me)
{
    while (wants[!me] && waits == me)
        continue;
    check(++n_inside == 1);
    n_inside--;
    wants[me] = false;
}

static void enter_in_wrong_order(int me)
{
    waits = me;
    wants[me] = true;
    wait_and_enter(me);
}

static void enter(int me)
{
    wants[me] = true;
    waits = me;
    wait_and_enter(me);
}

static void *thread_0_in_wrong_order(void *unused)
{
    enter_in_wrong_order(0);
    return unused;
}

static void *thread_1_in_wrong_order(void *unused)
{
    enter_in_wrong_order(1);
    return unused;
}

static void *thread_0(void *unused)
{
    enter(0);
    return unused;
}

static void *thread_1(void *unused)
{
    enter(1);
    return unused;
}

static void exclude_in_wrong_order(void)
{
    run_both(thread_0_in_wrong_order, thread_1_in_wrong_order);
}

static void exclude(void)
{
    run_both(thread_0, thread_1);
}

SIM_TEST(wrong_order_in_petersons_lock_is_found)
{
    check_found(exclude_in_wrong_order, exclude);
}

// ---- ABA: a stack without a lock ----

#define N_NODES 3
#define TAG     16  // The head counts its changes, above the node's number.

// Nodes by number, from 1 on. Node 1 is on top of 2, and that on 3.
static atomic_int next_node[N_NODES + 1] = { 0, 2, 3, 0 };
static atomic_int head = 1;

static int pop(int tag)
{
    int old = head;
    while (old % TAG != 0 &&
           !atomic_compare_exchange_strong(
               &head, &old, old / TAG * TAG + tag + next_node[old % TAG]))
        continue;
    return old % TAG;
}

static void push(int node, int tag)
{
    int old = head;
    do {
        next_node[node] = old % TAG;
    } while (!atomic_compare_exchange_strong(&head, &old,
                                             old / TAG * TAG + tag + node));
}

static int tag_of_each_change;
static int popped;

static void *pop_one(void *unused)
{
    popped = pop(tag_of_each_change);
    return unused;
}

// Between the other's look at node 1 and its exchange, node 2 may be popped and
// node 1 be on top again.
static void use_stack(int tag)
{
    tag_of_each_change = tag;
    pthread_t thread = start(pop_one, NULL);
    int first = pop(tag);
    int second = pop(tag);
    push(first, tag);
    join(thread);
    for (int node = pop(tag); node != 0; node = pop(tag))
        check(node != second && node != popped);
}

static void stack_without_tags(void)
{
    use_stack(0);
}

static void stack_with_tags(void)
{
    use_stack(TAG);
}

SIM_TEST(aba_is_found)
{
    check_found(stack_without_tags, stack_with_tags);
}

// ---- memcpy ----

#define BYTES 100

static char buffers[2][BYTES];
static char *current = buffers[0];

static void *replace(void *unused)
{
    pthread_mutex_lock(&mu);
    char *old = current;
    current = buffers[1];
    memset(old, 'x', BYTES);  // As free() might.
    pthread_mutex_unlock(&mu);
    return unused;
}

static void *copy(void *unused)
{
    char bytes[BYTES];
    memcpy(bytes, current, BYTES);
    check(bytes[0] != 'x');
    return unused;
}

static void *copy_with_lock(void *unused)
{
    pthread_mutex_lock(&mu);
    copy(NULL);
    pthread_mutex_unlock(&mu);
    return unused;
}

static void copy_what_was(void)
{
    run_both(replace, copy);
}

static void copy_what_is(void)
{
    run_both(replace, copy_with_lock);
}

SIM_TEST(copy_of_what_is_replaced_is_found)
{
    check_found(copy_what_was, copy_what_is);
}

// ---- A weak exchange without a loop ----

// clang compiles both kinds alike.
#ifndef __clang__
static void exchange(void)
{
    int expected = 0;
    check(atomic_compare_exchange_weak(&atomic_count, &expected, 1));
}

static void exchange_strongly(void)
{
    int expected = 0;
    check(atomic_compare_exchange_strong(&atomic_count, &expected, 1));
}

SIM_TEST(weak_exchange_without_loop_is_found)
{
    check_found(exchange, exchange_strongly);
}
#endif

// ---- Loops ----

static atomic_bool done;
static volatile bool is_finished;

static void *sleep_and_set(void *unused)
{
    usleep(2000);
    done = true;
    is_finished = true;
    return unused;
}

static void spin(void)
{
    pthread_t thread = start(sleep_and_set, NULL);
    while (!done)
        continue;
    while (!is_finished)
        continue;
    join(thread);
}

// The points of a loop that polls take time, so that it ends.
SIM_TEST(a_loop_of_atomic_or_volatile_reads_ends)
{
    struct sim_options options = { .access_points = true };
    check(first_failure(spin, options, 20) == 0);
}

static int steps;

static void step(void)
{
    IN_THIS_ORDER();
    steps++;
}

static void take_steps(void)
{
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    for (int i = 0; i < 100000; i++)
        step();
    clock_gettime(CLOCK_MONOTONIC, &after);
    check(after.tv_sec == before.tv_sec);
    check(after.tv_nsec - before.tv_nsec < 10000);
}

// Computing takes no time.
SIM_TEST(other_accesses_take_no_time)
{
    struct sim_options options = { .seed = 1, .access_points = true };
    check(simulate(take_steps, &options)->returned);
}

static void step_for_ever(void)
{
    for (;;)
        step();
}

SIM_TEST(a_loop_without_time_is_reported)
{
    struct sim_options options = { .seed = 1, .access_points = true };
    check_message(simulate(step_for_ever, &options),
                  "without a scheduling point: a loop must sleep, wait or "
                  "yield",
                  "in step",
                  NULL);  // In it, or in step, whose first instruction hides
                          // the caller.
}

// ---- Each type ----

#define CHECK_TYPE(type_)                                                      \
    do {                                                                       \
        static _Atomic(type_) x;                                               \
        type_ expected = 5;                                                    \
        atomic_store(&x, 12);                                                  \
        check(atomic_load(&x) == 12);                                          \
        atomic_store(&x, 10);                                                  \
        check(atomic_exchange(&x, 11) == 10);                                  \
        check(atomic_fetch_add(&x, 3) == 11);                                  \
        check(atomic_fetch_sub(&x, 2) == 14);                                  \
        check(atomic_fetch_and(&x, 8) == 12);                                  \
        check(atomic_fetch_or(&x, 3) == 8);                                    \
        check(atomic_fetch_xor(&x, 1) == 11);                                  \
        check(__atomic_fetch_nand((type_ *)&x, 2, __ATOMIC_SEQ_CST) == 10);    \
        check((type_)x == (type_)-3);                                          \
        check(!atomic_compare_exchange_strong(&x, &expected, 6));              \
        check(expected == (type_)-3);                                          \
        check(atomic_compare_exchange_strong(&x, &expected, 6));               \
        while (!atomic_compare_exchange_weak(&x, &expected, 7))                \
            expected = 6;                                                      \
        check(x == 7);                                                         \
    } while (0)

static void use_each_type(void)
{
    CHECK_TYPE(char);
    CHECK_TYPE(unsigned char);
    CHECK_TYPE(short);
    CHECK_TYPE(int);
    CHECK_TYPE(unsigned);
    CHECK_TYPE(long);
    CHECK_TYPE(uint64_t);
    static _Atomic(int *) pointer;
    static atomic_flag flag = ATOMIC_FLAG_INIT;
    pointer = &count;
    check(atomic_exchange(&pointer, &steps) == &count);
    atomic_flag_clear(&flag);
    check(!atomic_flag_test_and_set(&flag) && atomic_flag_test_and_set(&flag));
    atomic_flag_clear(&flag);
    check(!atomic_flag_test_and_set(&flag));
    atomic_thread_fence(memory_order_seq_cst);
}

SIM_TEST(atomic_operations_of_each_type)
{
    use_each_type();
    struct sim_options options = { .access_points = true };
    check(first_failure(use_each_type, options, 10) == 0);
}

// ---- Determinism ----

static void *race(void *at)
{
    for (int i = 0; i < 20; i++)
        *(int *)at += rand() % 10;
    return NULL;
}

static void race_on_a_stack(void)
{
    int sum = 0;
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        threads[i] = start(race, &sum);
    for (int i = 0; i < 4; i++)
        join(threads[i]);
}

SIM_TEST(same_seed_same_hash_with_access_points)
{
    uint64_t before = 0;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct sim_options options = { .seed = seed, .access_points = true };
        const struct outcome *o = simulate(race_on_a_stack, &options);
        uint64_t hash = o->hash;
        check(o->returned && hash != before && o->points > 160);
        options.back_end = SIM_OS_THREADS;
        check(hash == simulate(race_on_a_stack, &options)->hash);
        before = hash;
    }
}
