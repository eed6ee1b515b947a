// The places of a room without a sandbox: a folder in which they are links and
// folders, and names in the command that are theirs.
#ifndef GRADE_MIRROR_H
#define GRADE_MIRROR_H

#include "grade/room.h"

// Makes the folder, below /tmp. The user, if not 0, owns the places that the
// command writes to, and has to be able to read the others.
//   returns  NULL, with room->mirror and room->places set; or why it cannot be,
//            in a line that the caller frees
char *mirror_make(struct room *room, const struct confinement *confinement);

// The command with the names of places as they are in the mirror. A
// NULL-terminated list; the caller frees the words and the list.
char **mirror_command(const struct room *room,
                      const struct confinement *confinement,
                      char *const argv[]);

// The same for one name, which the caller frees.
char *mirror_name(const struct room *room,
                  const struct confinement *confinement, const char *name);

// Removes the folder, with all that was written there.
void mirror_remove(struct room *room);

#endif
