// The distinct failures of a submission: what is handed back of each.
#ifndef GRADE_FAILURES_H
#define GRADE_FAILURES_H

#include "grade/layers.h"
#include "grade/report.h"
#include "grade/work.h"

// The most failures of which a summary and a page are handed back; others are
// only counted.
#define FAILURES_SHOWN 10

struct failures {
    struct failure *all;  // Those of most runs first.
    int n;
};

// Groups the runs that failed for one cause. Writes a summary (1.txt) and a
// page (1.html) of each into work->results/failures. They name no seed, and no
// folder of this machine. The runs must outlive it. failures_free frees it.
struct failures failures_find(const struct runs *runs, const struct work *work);

void failures_free(struct failures *failures);

#endif
