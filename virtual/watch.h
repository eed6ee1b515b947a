// Tells the stream of events what the threads of servers do.
#ifndef VIRTUAL_WATCH_H
#define VIRTUAL_WATCH_H

// Tells what each of them waits for now.
void watch_tell_waits(void);

// From now on tells their turns, waits and locks.
void watch_start(void);

#endif
