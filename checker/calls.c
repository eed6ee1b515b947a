// Checks that the three RPCs are called, with the names and messages of raft.x.
// A Raft may have more RPCs. But if it used others instead, the checker could
// check hardly a rule, and nobody would notice.
#include "checker/internal.h"

#include <stdio.h>

static const char names[] = "The Three RPCs Keep Their Names (raft.x)";

void check_messages(struct checked_life *life,
                    const struct labrpc_method *method, enum message_kind kind)
{
    if (kind == OTHER && rpc_named(method->name) != OTHER)
        fail_rule(
            life->server->checker, names, NO_MOMENT,
            "at %s server %d has a \"%s\" with messages of its own. This RPC "
            "carries the request and the response of its name in raft.x, to "
            "which fields may be added; another RPC wants another name.",
            time_now().text, life->server->number, method->name);
}

void hear_call(struct checked_life *life, const struct labrpc_method *method,
               enum message_kind kind)
{
    struct checker *checker = life->server->checker;
    check_messages(life, method, kind);
    checker->called[kind] = true;
    if (kind != OTHER)
        return;
    if (checker->other_rpc[0] != '\0')
        return;
    snprintf(checker->other_rpc, sizeof checker->other_rpc, "%s", method->name);
    checker->other_called = checker->now;
}

void check_called(struct checked_life *life, enum message_kind kind,
                  const char *sign)
{
    struct checker *checker = life->server->checker;
    if (checker->called[kind] || !checker->called[OTHER])
        return;
    fail_rule(
        checker, names, checker->other_called,
        "at %s server %d %s, and yet no server has called \"%s\", only "
        "\"%s\", whose messages the checker does not know. Other RPCs may "
        "be added to \"%s\", \"%s\" and \"%s\", but not take their place.",
        time_now().text, life->server->number, sign, rpc_name(kind),
        checker->other_rpc, rpc_name(VOTE), rpc_name(APPEND),
        rpc_name(SNAPSHOT));
}
