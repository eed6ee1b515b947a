// Tells the user how the runs go and how they ended, and keeps their results.
#ifndef RUNNER_REPORT_H
#define RUNNER_REPORT_H

#include "runner/job.h"
#include "runner/options.h"
#include "runner/result.h"

struct report;

// An empty report, whose clock starts now; report_free frees it.
struct report *report_make(const struct options *options);

void report_free(struct report *report);

// One more run has ended: tells what is to be told at once, ends its output,
// and keeps *result, which belongs to the report from now on.
void report_run(struct report *report, struct job *job, struct result *result);

// One more run was inconclusive, and will run once more: tells that at once,
// ends its output, and frees *result.
void report_postponed(struct report *report, struct job *job,
                      struct result *result);

// Has a run ended that the options say to run until?
bool report_is_enough(const struct report *report);

// In a soak, shows now and then how far it is. Call it often; it is cheap.
void report_progress(struct report *report);

// Tells how it all ended: tables, failures, the verdict, and the time taken.
// Returns the exit status: EXIT_SUCCESS if every run has passed, else
// EXIT_FAILURE; or EXIT_INCONCLUSIVE if some were inconclusive and none failed.
int report_end(struct report *report);

#endif
