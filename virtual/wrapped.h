// The lab's own functions that virtual/boundary.c and virtual/draws.c wrap, as
// sim/ wraps those in sim/wrapped.h.

// Calls into a server.
WRAPPED(raft_make);
WRAPPED(raft_start);
WRAPPED(raft_get_state);
WRAPPED(raft_snapshot);
WRAPPED(raft_kill);
WRAPPED(raft_free);
WRAPPED(labrpc_run_handler);

// Calls out of a server.
WRAPPED(labrpc_call);
WRAPPED(labrpc_connect);
WRAPPED(labrpc_enable);
WRAPPED(persister_save_raft_state);
WRAPPED(persister_save);
WRAPPED(persister_save_tail);
WRAPPED(persister_read_raft_state);
WRAPPED(persister_read_snapshot);
WRAPPED(persister_raft_state_size);
WRAPPED(persister_snapshot_size);
WRAPPED(channel_send);
WRAPPED(channel_receive);
WRAPPED(channel_close);

// Of the runtime.
WRAPPED(clock_peek_ns);
WRAPPED(go_thread_id);
WRAPPED(yield_briefly);
WRAPPED(yield_if_busy);

// Choices and random numbers.
WRAPPED(draw_below);
WRAPPED(draw_chance);
WRAPPED(draw_round);
WRAPPED(rng_make);
WRAPPED(rng_next);
WRAPPED(rng_below);
WRAPPED(rng_between);
WRAPPED(rng_chance);
