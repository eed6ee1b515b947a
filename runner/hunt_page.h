// The page of a hunt: its groups of failures, with links to their pages.
#ifndef RUNNER_HUNT_PAGE_H
#define RUNNER_HUNT_PAGE_H

#include "runner/hunt_groups.h"
#include "runner/options.h"

#include <stdbool.h>

struct hunt_page {
    const struct options *of;  // Of each policy; with all tests.
    const struct hunt_groups *groups;
    const char *verdict;  // One line that sums the hunt up.
};

// Writes the file. The pages of runs must be in the same folder. False, with
// errno set, if it cannot be written.
bool hunt_page_write(const struct hunt_page *page, const char *path);

#endif
