// The log of `reports`: an array with a gap in front, which what a snapshot
// covers leaves behind, and the saved state, encoded by hand. No locks.
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
    struct line *lines;  // lines[gap] is of index `first`.
    int gap;
    int end;  // Of what is used.
    int capacity;
    int first;  // What the snapshot covers up to; its line has only a term.
};

void ledger_open(struct ledger *ledger, struct persister *persister, int me);
void ledger_close(struct ledger *ledger);

int ledger_last(const struct ledger *ledger);
int ledger_term(const struct ledger *ledger, int index);
struct bytes ledger_command(const struct ledger *ledger, int index);
bool ledger_agrees(const struct ledger *ledger, int index, int term);

// The command is copied.
void ledger_add(struct ledger *ledger, int term, struct bytes command);
void ledger_truncate(struct ledger *ledger, int last);

// Forgets what comes before index; all, if index has not this term.
void ledger_begin_at(struct ledger *ledger, int index, int term);

void ledger_save(struct ledger *ledger);
void ledger_save_with(struct ledger *ledger, struct bytes snapshot);

#endif
