// Prints the progress and the results of the runs.
#ifndef RUNNER_REPORT_H
#define RUNNER_REPORT_H

#include "runner/job.h"
#include "runner/options.h"
#include "runner/result.h"

struct report;

// Makes an empty report, whose time starts now. report_free frees it.
struct report *report_make(const struct options *options);

void report_free(struct report *report);

// Called when a run has ended: prints what must be printed at once, ends its
// output, and takes over *result.
void report_run(struct report *report, struct job *job, struct result *result);

// Called when a run was inconclusive and will run once more: prints that, ends
// its output, and frees *result.
void report_postponed(struct report *report, struct job *job,
                      struct result *result);

// Has the event happened that ends all runs early (options->until)?
bool report_is_enough(const struct report *report);

// In a soak, prints the progress from time to time. To be called often.
void report_progress(struct report *report);

// Prints the end of the report: tables, failures, the result, and the time
// taken. Returns the exit status: EXIT_FAILURE if a run failed; else
// EXIT_INCONCLUSIVE if one was inconclusive; else EXIT_SUCCESS.
int report_end(struct report *report);

#endif
