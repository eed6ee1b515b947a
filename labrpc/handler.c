// The one place where the network calls into a server. Runs on a thread of the
// network's group, with no lock held. It is a file of its own so that the
// simulator can wrap the function (virtual/wrapped.h).
#include "labrpc/internal.h"

bool labrpc_run_handler(const struct labrpc_method *method, void *receiver,
                        const void *args, void *reply)
{
    method->handler(receiver, args, reply);
    return true;
}
