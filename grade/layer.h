// The layers of a grading: the ways in which each test is run.
#ifndef GRADE_LAYER_H
#define GRADE_LAYER_H

enum layer {
    LAYER_ISOLATED,  // Real time, servers as processes: the verdict is out of
                     // the student's reach.
    LAYER_VIRTUAL,   // Virtual time: the verdict is the student's word.
    LAYER_TSAN,      // The same, under ThreadSanitizer.
    LAYER_ASAN,      // The same, under AddressSanitizer.
    N_LAYERS
};

// Its word in the points file and in account.json: "isolated".
const char *layer_word(enum layer layer);

// How a sentence names it: "in virtual time".
const char *layer_text(enum layer layer);

// The layer of this word; N_LAYERS if there is none.
enum layer layer_named(const char *word);

#endif
