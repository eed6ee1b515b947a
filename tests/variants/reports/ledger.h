// The log: an array with a gap at the front, where entries were that a snapshot
// covers now. And the saved state, encoded by hand. There are no locks.
#ifndef REPORTS_LEDGER_H
#define REPORTS_LEDGER_H

#include "persister/persister.h"
#include "rt/bytes.h"

#include "raft/raft_x.h"

#include <stdbool.h>

struct line {
    int term;
    struct bytes command;
};

struct ledger {
    struct persister *persister;
    int current_term;
    int voted_for;
    struct line *lines;  // lines[gap] has the index `first`.
    int gap;
    int end;  // The end of the used part.
    int capacity;
    // The last index that the snapshot covers; that line has only a term.
    int first;
};

void ledger_open(struct ledger *ledger, struct persister *persister, int me);
void ledger_close(struct ledger *ledger);

int ledger_last(const struct ledger *ledger);
int ledger_term(const struct ledger *ledger, int index);
struct bytes ledger_command(const struct ledger *ledger, int index);
bool ledger_agrees(const struct ledger *ledger, int index, int term);

// Copies the command.
void ledger_add(struct ledger *ledger, int term, struct bytes command);
void ledger_truncate(struct ledger *ledger, int last);

// Discards the entries before index; all entries, if index does not have this
// term.
void ledger_begin_at(struct ledger *ledger, int index, int term);

void ledger_save(struct ledger *ledger);
void ledger_save_with(struct ledger *ledger, struct bytes snapshot);

#endif
