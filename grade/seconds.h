// The clock of a grading.
#ifndef GRADE_SECONDS_H
#define GRADE_SECONDS_H

// Seconds since a fixed moment. Never goes back.
double seconds_now(void);

#endif
