// Takes a text in the XDR language (RFC 4506) apart: words, numbers and marks.
// The first mistake is kept, and ends the text.
#ifndef JUDGE_TOKENS_H
#define JUDGE_TOKENS_H

#include "rt/bytes.h"

#include <stdbool.h>
#include <stdint.h>

// The longest word.
#define MAX_WORD 100

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_NUMBER, TOKEN_MARK };

struct tokens {
    const char *at, *end;  // The rest, behind the token.
    int line;
    char *wrong;  // The first mistake, with its line; or NULL.

    // The token that comes next.
    enum token_kind kind;
    char text[MAX_WORD + 1];  // A mark is one character.
    int64_t number;
};

// The text must stay. The caller frees `wrong`.
struct tokens tokens_begin(struct bytes text);

// Keeps the mistake, unless there is one already: "line 3: " and this. After it
// only TOKEN_END comes.
void tokens_fail(struct tokens *t, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Goes on to the next token.
void tokens_next(struct tokens *t);

// Goes on if the next token is this word or mark. Else tokens_take returns
// false, and tokens_want fails.
bool tokens_take(struct tokens *t, const char *text);
void tokens_want(struct tokens *t, const char *text);

#endif
