// Runs the tests under Criterion. lab is linked with without_criterion.c,
// lab-criterion with criterion.c and Criterion.
#ifndef RUNNER_CRITERION_H
#define RUNNER_CRITERION_H

// Criterion's main, with the arguments that follow --criterion (argv[1]).
// Returns the exit status. An inconclusive test counts as skipped. Without
// Criterion: executes PROGRAM-criterion in place of this program.
int criterion_main(int argc, char **argv);

#endif
