// Refuses what no honest peer says.
#include "judge/internal.h"

#include "tester/verdict.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

struct peer_name peer_name(const struct peer *peer)
{
    struct peer_name name = { "the Raft" };
    if (peer->server != NO_SERVER)
        snprintf(name.text, sizeof name.text, "server %d", peer->server);
    return name;
}

void lie_fail(const struct peer *peer, const char *what, ...)
{
    char text[500];
    va_list args;
    va_start(args, what);
    vsnprintf(text, sizeof text, what, args);
    va_end(args);
    test_fail_for_certain("%s's process has sent %s: its memory is damaged, or "
                          "it does not leave the talking to labrpc",
                          peer_name(peer).text, text);
}

int lie_check_int(const struct peer *peer, int64_t number)
{
    if (number < INT_MIN || number > INT_MAX)
        lie_fail(peer, "a number that is no int");
    return (int)number;
}

bool lie_check_bool(const struct peer *peer, int64_t number)
{
    if (number != 0 && number != 1)
        lie_fail(peer, "a number that is neither yes nor no");
    return number == 1;
}

void lie_check_decode(const struct peer *peer, const char *what,
                      const char *method, xdrproc_t xdr, struct bytes from,
                      void *message)
{
    XDR xdrs;
    xdrmem_create(&xdrs, from.data, (u_int)from.len, XDR_DECODE);
    bool decodes = xdr(&xdrs, message, 0) && xdr_getpos(&xdrs) == from.len;
    xdr_destroy(&xdrs);
    if (!decodes)
        lie_fail(peer, "%zu bytes that are no %s of %s", from.len, what,
                 method);
}
