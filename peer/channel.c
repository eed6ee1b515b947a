// The apply channel of the Raft under test: the judge receives from it. The
// Raft's own channels are those of rt/channel.c. The Raft's shared object is
// linked so that its channel_send is the function here.
#include "peer/channel.h"

#include "peer/internal.h"
#include "rt/alloc.h"

static struct channel *apply_ch;

struct channel *peer_apply_channel(void)
{
    apply_ch = channel_make(sizeof(struct apply_msg), 0);
    return apply_ch;
}

// Returns when the service has received it, as a send on a channel without
// capacity does.
static void apply(const struct apply_msg *message)
{
    int64_t applied = (message->command_valid ? APPLIED_COMMAND : 0) |
                      (message->snapshot_valid ? APPLIED_SNAPSHOT : 0);
    struct frame question = {
        .kind = FRAME_APPLY,
        .numbers = { applied, message->command_index, message->snapshot_term,
                     message->snapshot_index },
        .parts = { message->command_valid ? message->command
                                          : (struct bytes){ 0 },
                   message->snapshot_valid ? message->snapshot
                                           : (struct bytes){ 0 } },
    };
    peer_ask(&question, NULL);
    // The bytes are the receiver's.
    for (int k = 0; k < 2; k++)
        bytes_free(&question.parts[k]);
}

void __wrap_channel_send(struct channel *ch, const void *item)
{
    if (ch == apply_ch)
        apply(item);
    else
        channel_send(ch, item);
}
