// Random numbers of libc differ from life to life.
#ifndef PEER_SEEDS_H
#define PEER_SEEDS_H

// Seeds them for this life, before the Raft is loaded.
void seeds_draw(void);

#endif
