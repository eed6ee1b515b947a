// Confines this process.
#ifndef UNPACK_WALL_H
#define UNPACK_WALL_H

// From now on this process can write to what it has open, take memory up to a
// bound, and end. All other calls of the system fail, for good.
//   returns  0, or why it could not be done, as an errno
int wall_raise(void);

#endif
