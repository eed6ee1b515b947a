// The deviations of a run from the calm one.
#include "runner/deviations.h"
#include "tests/unit/unit.h"

#include <string.h>

UNIT_TEST(deviations, of_a_draw_are_all_or_representatives)
{
    check(deviations_of_draw("fault", 2) == 1);
    check(deviations_value("fault", 2, 0) == 1);
    check(deviations_of_draw("choice", 8) == 7);
    check(deviations_value("choice", 8, 6) == 7);
    check(deviations_of_draw("turn", 100) == 99);
    check(deviations_value("wake", 100, 98) == 99);

    check(deviations_of_draw("delay", 9) == 3);
    check(deviations_value("delay", 9, 0) == 1);
    check(deviations_value("delay", 9, 1) == 4);
    check(deviations_value("delay", 9, 2) == 8);
    check(deviations_of_draw("number", UINT64_MAX) == 3);
    check(deviations_value("number", UINT64_MAX, 2) == UINT64_MAX - 1);
}

// The draws that a run was asked for: two of thread 1, and between them one of
// thread 2.
struct asked {
    struct tape tape;
    struct tape_size n;
    struct tape_stream streams[2];
    struct tape_draw draws[3];
};

static void ask(struct asked *asked)
{
    *asked = (struct asked){
        .n = { .draws = 3 },
        .draws = { { 0, 4, 3 }, { 1, 0, 2 }, { 0, 7, 2 } },
    };
    asked->tape = (struct tape){ &asked->n, asked->streams, asked->draws };
    tape_add_stream(&asked->tape, "turn", 1, "S1 ticker");
    tape_add_stream(&asked->tape, "lost", 2, "S2 caller");
}

UNIT_TEST(deviations, of_a_run_come_in_the_order_of_time)
{
    struct asked asked;
    ask(&asked);
    check(deviations_of_run(&asked.tape) == 4);

    static const uint32_t places[] = { 0, 0, 1, 2 };
    static const uint64_t values[] = { 1, 2, 1, 1 };
    struct cursor cursor = { 0 };
    struct deviations last = { 0 };
    for (int i = 0; i < 4; i++) {
        struct deviations run = { 0 };
        check(deviations_take(&cursor, &asked.tape, &run));
        check(run.n == 1 && run.each[0].asked == places[i]);
        check(run.each[0].draw.value == values[i]);
        check(deviations_compare(&last, &run) < 0);
        last = run;
    }
    struct deviations none = { 0 };
    check(!deviations_take(&cursor, &asked.tape, &none));
    check(none.n == 0);
}

UNIT_TEST(deviations, are_put_on_a_tape)
{
    struct asked asked;
    ask(&asked);
    struct deviations run = { 0 };
    struct cursor first = { 0, 1 }, third = { 2, 0 };
    check(deviations_take(&first, &asked.tape, &run));
    check(deviations_take(&third, &asked.tape, &run));
    struct short_tape tape;
    deviations_put(&run, &tape);
    check(tape.n.streams == 1 && tape.n.draws == 2);
    check(strcmp(tape.streams[0].kind, "turn") == 0);
    check(tape.streams[0].key == 1 && tape.streams[0].count == 2);
    check(tape.draws[0].index == 4 && tape.draws[0].value == 2);
    check(tape.draws[1].index == 7 && tape.draws[1].value == 1);
}

// Of a damaged tape, what is left can be written and read.
UNIT_TEST(deviations, what_is_no_draw_is_removed_from_a_tape)
{
    struct tape *tape = tape_make();
    tape_add_stream(tape, "turn", 1, "main");
    tape_add_stream(tape, "tu\nrn", 2, "main");
    tape_add_stream(tape, "", 3, "main");
    const struct tape_draw draws[] = {
        { 0, 4, 1 },  // The first that is right,
        { 1, 0, 1 }, { 2, 0, 1 }, { 3, 0, 1 }, { 0, 5, 0 },
        { 0, 4, 2 }, { 0, 3, 1 }, { 0, 6, 3 },  // and the second.
    };
    tape->n->draws = sizeof draws / sizeof *draws;
    memcpy(tape->draws, draws, sizeof draws);
    tape_sort(tape);
    check(tape->n->streams == 1 && tape->n->draws == 2);
    check(strcmp(tape->streams[0].kind, "turn") == 0);
    check(tape->draws[0].index == 4 && tape->draws[0].value == 1);
    check(tape->draws[1].index == 6 && tape->draws[1].value == 3);
    tape_free(tape);
}
