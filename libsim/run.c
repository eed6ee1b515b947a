// One run of the program: thread 0 of a simulation is its main.
#include "libsim/internal.h"
#include "sim/internal.h"
#include "sim/real.h"

#include <assert.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

// The program's own; a program may have none, and be run by SIM_FUNCTION.
int __real_main(int argc, char **argv, char **environment)
    __attribute__((weak));

// Only there in a program built with a sanitizer, which reports crashes itself.
extern void __asan_init(void) __attribute__((weak));
extern void __tsan_init(void) __attribute__((weak));

static struct {
    const struct settings *settings;
    struct outcome *outcome;
} here;

// ---- How it ends ----

static void fail(const char *message)
{
    struct outcome *outcome = here.outcome;
    if (outcome == NULL) {
        fprintf(stderr, "FAILED: %s\n", message);
        if (here.settings->in_debugger)
            raise(SIGTRAP);
        _exit(1);
    }
    outcome->hash = sim_hash();
    snprintf(outcome->message, sizeof outcome->message, "%s", message);
    outcome->has_message = true;
    _exit(1);
}

// Called last of all by exit.
static void note_exit(int status, void *unused)
{
    (void)unused;
    if (here.outcome != NULL)
        here.outcome->hash = sim_hash();
    else if (status != 0)
        fprintf(stderr, "FAILED: exits with status %d\n", status);
    else
        fprintf(stderr, "passed, after %.3f virtual seconds\n",
                (double)sim_now_ns() / NS_PER_S);
}

static void report_signal(int number, siginfo_t *info, void *context)
{
    (void)info;
    __real_signal(number, SIG_DFL);  // A crash during the report ends it.
    char sentence[100];
    if (number == SIGALRM)
        snprintf(sentence, sizeof sentence,
                 "still runs after %d s of real time",
                 here.settings->real_limit_s);
    else
        snprintf(sentence, sizeof sentence, "crashes: %s", strsignal(number));
    const void *pc, *frame;
    sim_registers(context, &pc, &frame);
    sim_report_here(sentence, pc, frame);
}

// The simulator calls those of SIGSEGV and SIGBUS, after its own.
static void catch_crashes(void)
{
    static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
    if (__asan_init != NULL || __tsan_init != NULL)
        return;
    struct sigaction action = { .sa_sigaction = report_signal,
                                .sa_flags = SA_SIGINFO | SA_ONSTACK };
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++)
        __real_sigaction(crashes[i], &action, NULL);
}

// It finds a program that waits for something outside of the simulation.
static void limit_real_time(int seconds)
{
    struct sigaction action = { .sa_sigaction = report_signal,
                                .sa_flags =
                                    SA_SIGINFO | SA_ONSTACK | SA_NODEFER };
    __real_sigaction(SIGALRM, &action, NULL);
    struct itimerval limit = { .it_value = { .tv_sec = seconds } };
    setitimer(ITIMER_REAL, &limit, NULL);
}

// ---- Calls that end the program ----

// The linker leads calls of these here.
_Noreturn void __wrap___assert_fail(const char *assertion, const char *file,
                                    unsigned line, const char *function);
_Noreturn void __real___assert_fail(const char *assertion, const char *file,
                                    unsigned line, const char *function);
_Noreturn void __wrap_abort(void);
_Noreturn void __real_abort(void);
_Noreturn void __wrap__exit(int status);
_Noreturn void __real__exit(int status);
_Noreturn void __wrap__Exit(int status);

void __wrap___assert_fail(const char *assertion, const char *file,
                          unsigned line, const char *function)
{
    if (!sim.on)
        __real___assert_fail(assertion, file, line, function);
    sim_misuse(HERE, "fails the assertion %s", assertion);
}

void __wrap_abort(void)
{
    if (!sim.on)
        __real_abort();
    sim_misuse(HERE, "calls abort");
}

void __wrap__exit(int status)
{
    if (sim.on)
        note_exit(status, NULL);
    __real__exit(status);
}

void __wrap__Exit(int status)
{
    __wrap__exit(status);
}

// ---- The run ----

// Each run reads the same input, from its begin, if that is a file. Else there
// is none: two runs cannot read what is typed.
static void open_input(void)
{
    struct stat status;
    bool is_file = fstat(STDIN_FILENO, &status) == 0 && S_ISREG(status.st_mode);
    int input =
        open(is_file ? "/dev/stdin" : "/dev/null", O_RDONLY | O_CLOEXEC);
    if (input < 0)
        settings_refuse("cannot open the input again");
    if (input != STDIN_FILENO) {
        dup2(input, STDIN_FILENO);
        close(input);
    }
}

void run_check(const struct settings *settings)
{
    if (settings->function == NULL && __real_main == NULL)
        settings_refuse("the program has no main: SIM_FUNCTION=name runs a "
                        "function");
    if (settings->function != NULL && program_find(settings->function) == NULL)
        settings_refuse("SIM_FUNCTION=%s: the program has no function of this "
                        "name, or it is static",
                        settings->function);
}

static int run_program(const struct settings *settings,
                       const struct program *program)
{
    if (settings->function == NULL)
        return __real_main(program->argc, program->argv, program->environment);
    program_find(settings->function)();
    return 0;
}

void run(const struct settings *settings, const struct program *program,
         uint64_t seed, struct outcome *outcome)
{
    here.settings = settings;
    here.outcome = outcome;
    open_input();
    setvbuf(stdout, NULL, _IOLBF, 0);  // No line is lost in a crash.
    catch_crashes();
    if (!settings->in_debugger)
        limit_real_time(settings->real_limit_s);
    on_exit(note_exit, NULL);
    sim_set_fail(fail);
    sim_start(&(struct sim_options){
        .seed = seed,
        .policy = settings->policy,
        .limit_s = settings->limit_s,
        .back_end = settings->in_debugger ? SIM_OS_THREADS : SIM_FIBERS,
        .hidden = "",  // The library has no lines; the program may have a sim/.
    });
    exit(run_program(settings, program));
}
