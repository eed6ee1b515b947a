// Says how and where a peer's process has ended, and fails the test with it.
#include "judge/internal.h"

#include "tester/frames.h"
#include "tester/verdict.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

// Describes the place that the peer has told, for a message: " in log_first
// (raft/log.c:28)". Empty if it has told none.
static void describe_place(const struct peer *peer, const char *object,
                           char *text, size_t size)
{
    void *frames[MAX_FRAMES];
    struct bytes told = peer->last_words.parts[0];
    int count = 0;
    while (count < MAX_FRAMES &&
           (size_t)(count + 1) * sizeof(uint64_t) <= told.len) {
        uintptr_t address = SYMBOLS_BASE + ((const uint64_t *)told.data)[count];
        memcpy(&frames[count++], &address, sizeof address);
    }
    struct symbols *symbols = symbols_open_object(object);
    text[0] = '\0';
    if (size > 4 && frames_describe(symbols, frames, count, text + 4, size - 4))
        memcpy(text, " in ", 4);
    symbols_close(symbols);
}

// Copies the text of the last words.
static void copy_told(const struct peer *peer, char *text, size_t size)
{
    struct bytes told = peer->last_words.parts[1];
    size_t len = told.len < size - 1 ? told.len : size - 1;
    if (len > 0)
        memcpy(text, told.data, len);
    text[len] = '\0';
}

// The process was ended by a system call that is not allowed.
_Noreturn static void fail_by_call(const struct peer *peer, const char *place)
{
    char call[40];
    copy_told(peer, call, sizeof call);
    test_fail("%s made the system call %s, which no Raft needs%s%s",
              peer_name(peer).text, call, *place == '\0' ? "" : ":", place);
}

_Noreturn static void fail_not_loaded(const struct peer *peer)
{
    char why[300];
    copy_told(peer, why, sizeof why);
    test_fail("the Raft cannot be loaded: %s", why);
}

_Noreturn static void fail_by_signal(const struct peer *peer, int number,
                                     const char *place)
{
    struct peer_name name = peer_name(peer);
    if (number == SIGABRT)
        test_fail("%s aborted (see its last words)%s", name.text, place);
    if (number == SIGSYS)
        test_fail("%s made a system call that no Raft needs: it has blocked "
                  "the signal that would tell which",
                  name.text);
    if (peer->has_last_words)
        test_fail("%s crashed: %s at address %#llx%s", name.text,
                  strsignal(number),
                  (unsigned long long)peer->last_words.numbers[1], place);
    test_fail("%s was killed by signal %d (%s)%s", name.text, number,
              strsignal(number),
              number == SIGSEGV ? ", probably by a stack overflow: does a "
                                  "function call itself for ever?"
                                : "");
}

_Noreturn void death_fail(const struct peer *peer, const char *object)
{
    int status = peer->wait_status;
    struct peer_name name = peer_name(peer);
    if (status < 0)
        test_fail("%s's process could not be cloned: %s", name.text,
                  strerror(-status));
    refusals_look(status);
    current_verdict->died = true;
    char place[500];
    describe_place(peer, object, place, sizeof place);
    if (peer->has_last_words && WIFEXITED(status) &&
        peer->last_words.numbers[0] == LAST_WORDS_NOT_LOADED)
        fail_not_loaded(peer);
    if (peer->has_last_words && peer->last_words.numbers[0] == SIGSYS)
        fail_by_call(peer, place);
    if (WIFSIGNALED(status))
        fail_by_signal(peer, WTERMSIG(status), place);
    test_fail("%s %s(%d) in the middle of the test%s%s", name.text,
              peer->has_last_words ? "called exit" : "called _exit",
              WEXITSTATUS(status), *place == '\0' ? "" : ",", place);
}
