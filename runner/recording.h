// The record of a job's runs: which run has one, and which file it becomes.
//
// In real time each run is recorded, because no run can be repeated. In virtual
// time a run is recorded only if the options ask for it. If they do not, each
// test's first failed run runs once more, to be recorded.
#ifndef RUNNER_RECORDING_H
#define RUNNER_RECORDING_H

#include "record/record.h"
#include "runner/options.h"
#include "runner/result.h"

#include <stdbool.h>

struct recording {
    struct record *record;  // NULL: the run is not recorded.
};

// Before a run's process is forked. Without the memory there is no record, and
// the test runs all the same.
//   again  it has failed, and runs for its record alone
void recording_prepare(struct recording *recording,
                       const struct options *options, bool again);

// In that process, before the test starts.
void recording_start(const struct recording *recording);

// The run has ended. Writes the file, and gives its path to result->record;
// and its page, if there is to be one, to result->page. Says on stderr what
// cannot be written. Does nothing without a record.
void recording_end(struct recording *recording, const struct options *options,
                   int test, int run, struct result *result);

void recording_free(struct recording *recording);

#endif
