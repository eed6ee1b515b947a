// Leaves running the tests to Criterion. A program is linked with one of the
// two: without_criterion.c; or criterion.c, and with it Criterion.
#ifndef RUNNER_CRITERION_H
#define RUNNER_CRITERION_H

// Criterion's main, with the arguments that follow --criterion (argv[1]).
// Returns the exit status; a test that is inconclusive is one that is skipped.
// Without Criterion: starts the program PROGRAM-criterion in place of this one.
int criterion_main(int argc, char **argv);

#endif
