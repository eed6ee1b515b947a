// Leaves running the tests to Criterion.
#ifndef RUNNER_CRITERION_H
#define RUNNER_CRITERION_H

// Criterion's main, with the arguments that follow --criterion (argv[1]).
// Returns the exit status; a test that is inconclusive is one that is skipped.
int criterion_main(int argc, char **argv);

#endif
