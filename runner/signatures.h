// The signatures that have been seen (result_signature), numbered from 0 in the
// order of their first occurrence.
#ifndef RUNNER_SIGNATURES_H
#define RUNNER_SIGNATURES_H

struct signatures {
    char **each;
    int n;
    int room;  // For so many.
};

// The number of the signature; that of a new one is the former n. Takes over
// the text.
int signatures_number(struct signatures *signatures, char *signature);

void signatures_free(struct signatures *signatures);

#endif
