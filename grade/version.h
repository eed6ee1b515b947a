// The version of raftlab that grades.
#ifndef GRADE_VERSION_H
#define GRADE_VERSION_H

// A digest of the sources that decide about a score. Gradings of another
// version are made again.
extern const char grade_version[];

#endif
