// Turns of gradings on one machine, or on one part of its processors: what runs
// in real time is late beside others of its kind.
#ifndef GRADE_TURN_H
#define GRADE_TURN_H

// Waits for a turn. Returns what turn_pass wants.
//   folder  in which those who take turns with each other have a file for it
int turn_take(const char *folder);

// Ends the turn. The end of the program ends it, too.
void turn_pass(int turn);

#endif
