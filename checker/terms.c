// A sorted array of the terms in which something happened, with each server's
// acts in it.
#include "checker/internal.h"

#include "rt/alloc.h"

#include <stdlib.h>
#include <string.h>

// The position of the term in the array, or the one where it must be inserted.
static int find(const struct checker *checker, int number)
{
    int low = 0, high = checker->n_terms;
    while (low < high) {
        int middle = (low + high) / 2;
        if (checker->terms[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct term make_term(const struct checker *checker, int number)
{
    struct term term = { .number = number };
    int n = checker->options.n_servers;
    term.acts = alloc((size_t)n * sizeof *term.acts);
    for (int i = 0; i < n; i++)
        term.acts[i].voted_for = NO_SERVER;
    return term;
}

struct term *term_at(struct checker *checker, int number)
{
    // It is nearly always the newest term.
    int at = checker->n_terms - 1;
    if (at < 0 || checker->terms[at].number != number)
        at = find(checker, number);
    if (at < checker->n_terms && checker->terms[at].number == number)
        return &checker->terms[at];

    if (checker->n_terms == checker->terms_capacity) {
        checker->terms_capacity = 2 * checker->terms_capacity + 16;
        checker->terms =
            alloc_resize(checker->terms, (size_t)checker->terms_capacity,
                         sizeof *checker->terms);
    }
    memmove(&checker->terms[at + 1], &checker->terms[at],
            (size_t)(checker->n_terms - at) * sizeof *checker->terms);
    checker->terms[at] = make_term(checker, number);
    checker->n_terms++;
    return &checker->terms[at];
}

void terms_free(struct checker *checker)
{
    for (int t = 0; t < checker->n_terms; t++) {
        struct term *term = &checker->terms[t];
        for (int i = 0; i < checker->options.n_servers; i++)
            free(term->acts[i].granted_by);
        free(term->acts);
    }
    free(checker->terms);
}
