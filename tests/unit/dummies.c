// Tests that end in every way a test can. They test the runner. They have no
// cluster and write their verdicts themselves.
#include "rt/clock.h"
#include "rt/draw.h"
#include "rt/shared.h"
#include "tester/lab_test.h"
#include "tester/stacks.h"
#include "tester/telling.h"
#include "tester/verdict.h"
#include "tester/watchdog.h"
#include "tests/check.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void *wait_for_ever(void *unused)
{
    for (;;)
        pause();
    return unused;
}

// MIT's name, so that the table shows MIT's figures too.
LAB_TEST(raft_2A, initial_election)
{
    printf("Test (2A): initial election ...\n");
    current_verdict->seconds = 3.5;
    current_verdict->servers = 3;
    current_verdict->rpcs = 58;
    current_verdict->bytes = 16840;
    printf("  ... Passed --   3.5  3   58   16840    0\n");
}

LAB_TEST(dummy_pass, quick)
{
    printf("quick, without a new line");
}

LAB_TEST(dummy_pass, with_a_thread_left)
{
    pthread_t thread;
    pthread_create(&thread, NULL, wait_for_ever, NULL);
    pthread_detach(thread);
}

// The forked process holds the output open and outlives the test.
LAB_TEST(dummy_pass, with_a_process_left)
{
    pid_t pid = fork();
    if (pid == 0) {
        sleep(600);
        _exit(0);
    }
    printf("left process %d\n", (int)pid);
}

LAB_TEST(dummy_pass, with_two_warnings)
{
    test_warn("the term went from %d to %d", 1, 2);
    test_warn("it did it again");
}

LAB_TEST(dummy_remark, twice)
{
    test_remark("server %d stood at once", 2);
    test_remark("it did it again");
    test_fail("no leader");
}

LAB_TEST(dummy_remark, for_nothing)
{
    test_remark("server 2 stood at once");
}

LAB_TEST(dummy_pass, with_absurd_figures)
{
    current_verdict->seconds = 0.0 / 0.0;
    current_verdict->servers = -5;
    current_verdict->rpcs = -1;
    current_verdict->bytes = -1;
    current_verdict->commands = -2147483647;
}

// The 160th byte is the second of a character.
LAB_TEST(dummy_long, in_umlauts)
{
    char message[400] = "x";
    while (strlen(message) + 3 < sizeof message)
        strcat(message, "\303\244");
    test_fail("%s", message);
}

static void *fail(void *unused)
{
    test_fail("two leaders in term 3:\nS0 and S2\ncommand \033[31m");
    return unused;
}

LAB_TEST(dummy_fail, from_a_thread)
{
    pthread_t thread;
    pthread_create(&thread, NULL, fail, NULL);
    wait_for_ever(NULL);
}

LAB_TEST(dummy_fail, while_it_prints_that_it_passed)
{
    printf("Test (2A): initial election ...\n");
    printf("  ... Passed --   3.0  3   58   16840    0\n");
    printf("PASSED\n2A: 3 of 3 tests passed.\n");
    test_fail("no leader");
}

LAB_TEST(dummy_fail, on_a_busy_machine)
{
    current_verdict->late_ms = 812;
    test_fail("no leader");
}

// Some tests allow less lateness.
LAB_TEST(dummy_fail, in_haste)
{
    current_verdict->too_busy_ms = 100;
    current_verdict->late_ms = 187;
    test_fail("no leader");
}

// A server has waited for a third of the limit.
LAB_TEST(dummy_wait, of_a_third)
{
    current_verdict->wait_ms = 151;
    test_fail("no leader");
}

LAB_TEST(dummy_wait, of_less)
{
    current_verdict->wait_ms = 149;
    test_fail("no leader");
}

// Has seen for itself what cannot be.
LAB_TEST(dummy_wait, but_certain)
{
    current_verdict->late_ms = 812;
    test_fail_for_certain("no leader");
}

// The whole process stands still for half of an election timeout.
LAB_TEST(dummy_stall, for_500_ms)
{
    watchdog_start();
    sleep_ms(20);  // It runs now.
    pid_t child = fork();
    if (child == 0) {
        kill(getppid(), SIGSTOP);
        sleep_ms(500);
        kill(getppid(), SIGCONT);
        _exit(0);
    }
    waitpid(child, NULL, 0);
    test_fail("no leader");
}

// Counts the runs of a test, across processes.
static atomic_int *n_runs;

__attribute__((constructor)) static void share_n_runs(void)
{
    n_runs = shared_alloc(sizeof *n_runs);
}

LAB_TEST(dummy_again, on_a_busy_machine)
{
    if ((*n_runs)++ > 0)
        return;
    current_verdict->late_ms = 812;
    test_fail("no leader");
}

LAB_TEST(dummy_again, and_fails)
{
    current_verdict->late_ms = (*n_runs)++ > 0 ? 0 : 812;
    test_fail("no leader");
}

// None of these tests uses the memory that it gets. Their messages say nothing
// about it.
static void limit_address_space(void)
{
    setrlimit(RLIMIT_AS, &(struct rlimit){ 1 << 30, 1 << 30 });
}

LAB_TEST(dummy_short, of_address_space)
{
    limit_address_space();
    volatile size_t size = 3 << 29;
    *(volatile char *)malloc(size) = 1;
}

LAB_TEST(dummy_short, of_threads)
{
    limit_address_space();
    pthread_t thread;
    for (int n = 0; n < 500; n++)
        pthread_create(&thread, NULL, wait_for_ever, NULL);
    test_fail("no leader");
}

LAB_TEST(dummy_short, of_threads_with_large_stacks)
{
    limit_address_space();
    setrlimit(RLIMIT_STACK, &(struct rlimit){ 300 << 20, RLIM_INFINITY });
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 300 << 20);
    pthread_t thread;
    for (int n = 0; n < 4; n++)
        pthread_create(&thread, &attributes, wait_for_ever, NULL);
    test_fail("no leader");
}

static void *eat_memory(void *unused)
{
    for (;;)
        *(volatile char *)malloc(1 << 18) = 1;
    return unused;
}

// Each thread crashes as soon as an allocation fails, while another one is
// recording its shortage.
LAB_TEST(dummy_short, of_memory_on_all_threads)
{
    limit_address_space();
    pthread_t thread;
    for (int n = 0; n < 8; n++)
        pthread_create(&thread, NULL, eat_memory, NULL);
    wait_for_ever(NULL);
}

// A test that uses a machine up may make it late, too.
LAB_TEST(dummy_short, by_itself_on_a_busy_machine)
{
    current_verdict->late_ms = 812;
    void *volatile memory = malloc((size_t)1 << 60);
    free(memory);
    test_fail("no leader");
}

static void use_all_files(void)
{
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 20, 20 });
    while (open("/dev/null", O_RDONLY) >= 0)
        ;
}

LAB_TEST(dummy_short, of_files)
{
    use_all_files();
    test_fail("no leader");
}

LAB_TEST(dummy_short, to_count_threads)
{
    use_all_files();
    stacks_count_threads();
}

// As the kernel does when memory runs out.
LAB_TEST(dummy_short, of_memory)
{
    if (fork() == 0) {
        kill(getppid(), SIGKILL);
        _exit(0);
    }
    wait_for_ever(NULL);
}

// As Slurm does when a job is to end.
LAB_TEST(dummy_short, of_time_for_its_job)
{
    if (fork() == 0) {
        kill(getppid(), SIGTERM);
        _exit(0);
    }
    wait_for_ever(NULL);
}

LAB_TEST(dummy_check, is_not_so)
{
    check(getpid() == 0);
}

LAB_TEST(dummy_fail, with_an_endless_message)
{
    memset(current_verdict->message, 'x', sizeof(current_verdict->message));
    current_verdict->state = TEST_FAILED;
    _exit(1);
}

LAB_TEST(dummy_die, by_exit)
{
    exit(0);
}

LAB_TEST(dummy_die, by__exit)
{
    _exit(0);
}

LAB_TEST(dummy_die, by_exit_with_status_3)
{
    exit(3);
}

LAB_TEST(dummy_die, by_kill)
{
    printf("its title ...\n");
    current_verdict->late_ms = 812;  // A busy machine kills no process.
    kill(getpid(), SIGKILL);
}

// More pieces of one size are free than libc has at hand.
LAB_TEST(dummy_die, by_freeing_twice)
{
    void *pieces[20];
    for (int i = 0; i < 20; i++)
        pieces[i] = malloc(100);
    for (int i = 0; i < 20; i++)
        free(pieces[i]);
    free(*(void *volatile *)&pieces[18]);
}

// Not with a null pointer: the sanitizers report that in their own way.
LAB_TEST(dummy_die, by_segmentation_fault)
{
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
}

LAB_TEST(dummy_die, by_killing_its_group)
{
    killpg(getpgrp(), SIGKILL);
}

LAB_TEST(dummy_die, by_kill_after_passing)
{
    current_verdict->state = TEST_PASSED;
    raise(SIGTERM);
}

// The simulator has its own answer to getppid().
static pid_t runner;

__attribute__((constructor)) static void note_runner(void)
{
    runner = getpid();
}

LAB_TEST(dummy_die, of_a_signal_to_the_runner)
{
    kill(runner, SIGTERM);
    wait_for_ever(NULL);
}

LAB_TEST(dummy_die, of_a_signal_by_a_child)
{
    if (fork() == 0) {
        kill(runner, SIGINT);
        _exit(0);
    }
    wait_for_ever(NULL);
}

LAB_TEST(dummy_die, as_if_by_thread_sanitizer)
{
    current_verdict->state = TEST_PASSED;
    _exit(66);
}

LAB_TEST(dummy_die, as_if_by_address_sanitizer)
{
    fputs("==7==ERROR: AddressSanitizer: heap-use-after-free\n"
          "READ of size 4 at 0x60 thread T0\n"
          "    #0 0x1 in memcpy ../libsanitizer/interceptors.inc:827\n"
          "    #1 0x2 in count_vote raft/election.c:33\n"
          "    #2 0x3 in run_calls rt/go.c:129\n\n"
          "freed by thread T0 here:\n"
          "    #0 0x4 in start_election raft/election.c:67\n"
          "SUMMARY: AddressSanitizer: heap-use-after-free\n",
          stderr);
    _exit(67);
}

// No machine has so much memory: this is no shortage.
LAB_TEST(dummy_die, by_a_size_below_zero)
{
    volatile size_t size = (size_t)-8;
    *(volatile char *)malloc(size) = 1;
}

// The test's own watchdog sees it.
LAB_TEST(dummy_hang, in_a_call)
{
    watchdog_start();
    wait_for_ever(NULL);
}

static void *wait_deaf(void *unused)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    return wait_for_ever(unused);
}

// The watchdog asks six threads for their stacks, and none answers. That takes
// more than a second, in which no sleep is measured. The machine is not
// at fault.
LAB_TEST(dummy_hang, among_deaf_threads)
{
    for (int i = 0; i < 6; i++) {
        pthread_t thread;
        pthread_create(&thread, NULL, wait_deaf, NULL);
        pthread_detach(thread);
    }
    struct watched_call call;
    watchdog_begin_call(watchdog_start(), &call, "raft_start", 1, 100);
    wait_for_ever(NULL);
}

// The watchdog stops, too: only another process can end the test.
LAB_TEST(dummy_hang, with_all_its_threads)
{
    raise(SIGSTOP);
}

// Reports twenty events, and dies while it prints garbage.
LAB_TEST(dummy_record, killed_as_it_floods)
{
    for (int i = 1; i <= 20; i++)
        test_tell(EVENT_NETWORK, 0, NULL, "worse");
    for (int i = 0; i < 200000; i++)
        fwrite("{\"n\":21,\xff\n\0", 1, 12, stdout);
    fflush(stdout);
    raise(SIGKILL);
}

LAB_TEST(dummy_record, passes)
{
    test_tell(EVENT_NETWORK, 0, NULL, "better");
}

// In virtual time, too, each run is another: the simulator does not see this
// number.
LAB_TEST(dummy_differs, from_run_to_run)
{
    for (long n = syscall(SYS_getpid) % 1000; n >= 0; n--)
        usleep(1000);
    test_fail("no leader");
}

LAB_TEST(dummy_slow, after_its_title)
{
    printf("its title ...\n");
    sleep(1);
}

LAB_TEST(dummy_flood, of_output)
{
    for (int i = 0; i < 400000; i++)
        puts("line after line");
}

// Control sequences that set the terminal's title, clear it and print "Passed";
// then C1 controls, bytes that are not UTF-8, characters that reorder text, and
// an incomplete one.
LAB_TEST(dummy_escape, from_the_terminal)
{
    printf(
        "Test (\303\251\342\202\254) ...\t\033]0;owned\007\033[2J\033[H\rhidden"
        "\b\177 \302\233 \233 \300\257 \355\240\200 \342\200\256"
        "\342\201\246 \342\202");
    fflush(stdout);
    fprintf(stderr, "\033[8mlog\n");
    FILE *terminal = fopen("/dev/tty", "w");
    if (terminal != NULL) {
        fputs("\033[2J\n", terminal);
        fclose(terminal);
    }
    test_fail("a </failure> & \"]]>\033[2J\233\n<\\ & \"]]> \007");
}

// For runs within a bound. Of the second draw there are three values but 0, and
// of the third three are tried.
LAB_TEST(dummy_draws, three)
{
    struct rng rng = { 1 };
    bool happens = draw_chance(&rng, "fault", 1, 2);
    int choice = draw_below(&rng, "choice", 4, 0);
    draw_below(&rng, "delay", 100, 0);
    test_check(!happens || choice != 2, "server 2 failed");
}

// The others are asked for only in runs that deviate at the first one.
LAB_TEST(dummy_draws, two_more)
{
    struct rng rng = { 1 };
    if (!draw_chance(&rng, "fault", 1, 2))
        return;
    draw_chance(&rng, "lost", 1, 2);
    draw_chance(&rng, "lost", 1, 2);
}

// For soaks: the figures vary, and some runs fail.
LAB_TEST(dummy_soak, varies)
{
    unsigned dice = (unsigned)getpid();
    usleep(dice % 7 * 10000);
    current_verdict->seconds = dice % 7 * 0.01;
    current_verdict->rpcs = (int)(dice % 7) * 1000;
    current_verdict->bytes = dice % 7 * 1000000LL;
    test_check(dice % 7 != 3, "unlucky process %u", dice);
}
