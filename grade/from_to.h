// Places of a confinement: "from:to".
#ifndef GRADE_FROM_TO_H
#define GRADE_FROM_TO_H

// Splits "from:to"; without a colon, both are the same. The caller frees both.
void from_to_split(const char *place, char **from, char **to);

#endif
