// Saved states, as the checker reads them (decode/saved.c). A state is saved,
// and then its tail is replaced. Reading the changed part must give the same as
// reading the whole second state.
#include "decode/saved.h"
#include "tests/fuzz/input.h"

#include <arpa/inet.h>
#include <string.h>

enum { HEAD_BYTES = 12, MOST_BYTES = 1 << 16 };

struct state {
    size_t len;
    char data[MOST_BYTES];
};

static void add(struct state *state, const void *from, size_t len)
{
    if (len > MOST_BYTES - state->len)
        len = MOST_BYTES - state->len;
    if (len > 0)
        memcpy(state->data + state->len, from, len);
    state->len += len;
}

static void add_word(struct state *state, uint32_t word)
{
    word = htonl(word);
    add(state, &word, sizeof word);
}

static void add_elements(struct state *state, struct input *input)
{
    uint32_t index = take_word(input);
    for (int left = take_byte(input) % 16; left > 0; left--) {
        add_word(state, index++);
        add_word(state, take_word(input));
        struct bytes command = take_bytes(input, take_byte(input) % 8);
        add_word(state, (uint32_t)command.len);
        add(state, command.data, command.len);
        add(state, "\0\0\0", (4 - command.len % 4) % 4);
    }
}

// Well-formed elements, then arbitrary bytes.
static void add_tail(struct state *state, struct input *input)
{
    add_elements(state, input);
    struct bytes more = take_bytes(input, take_byte(input) % 32);
    add(state, more.data, more.len);
}

static void add_head(struct state *state, struct input *input)
{
    for (int k = 0; k < 3; k++)
        add_word(state, take_word(input));
}

static const char *read_state(const struct state *state, struct saved *saved,
                              struct bytes_range untouched, bool may_go_on)
{
    // The copy is exactly this long, so that a sanitizer sees reads past its
    // end.
    struct bytes copy =
        bytes_copy((struct bytes){ (void *)state->data, state->len });
    struct change change = { 0 };
    const char *wrong = change_read(&change, saved, copy, untouched, may_go_on);
    if (wrong == NULL) {
        int cut = change_cut(&change, saved);
        must(cut == NOTHING_CUT || cut <= saved_last(saved));
        change_apply(&change, saved);
        must(saved_last(saved) == change_last(&change));
    }
    free(change.fresh);
    bytes_free(&copy);
    return wrong;
}

static void must_be_alike(const struct saved *one, const struct saved *other)
{
    must(one->term == other->term && one->voted_for == other->voted_for);
    must(one->first == other->first && one->count == other->count);
    for (int k = 0; k < one->count; k++) {
        must(one->entries[k].term == other->entries[k].term);
        must(one->entries[k].end == other->entries[k].end);
        // The first element has no command any more.
        must(k == 0 || one->entries[k].hash == other->entries[k].hash);
    }
}

static void read_both_ways(struct input *input, struct saved *changed,
                           struct saved *whole)
{
    static struct state before, after;
    const struct bytes_range nothing = { 0, 0 };
    bool may_go_on = take_byte(input) % 2 == 1;
    before.len = after.len = 0;
    add_head(&before, input);
    add_tail(&before, input);
    if (read_state(&before, changed, nothing, may_go_on) != NULL)
        return;

    // All of it, or less.
    size_t keep = before.len;
    size_t less = take_byte(input) * (size_t)2;
    if (less <= keep - HEAD_BYTES)
        keep -= less;
    add_head(&after, input);
    add(&after, before.data + HEAD_BYTES, keep - HEAD_BYTES);
    add_tail(&after, input);
    struct bytes_range untouched = { HEAD_BYTES, keep };
    const char *wrong = read_state(&after, changed, untouched, may_go_on);
    const char *wrong_whole = read_state(&after, whole, nothing, may_go_on);
    must((wrong == NULL) == (wrong_whole == NULL));
    if (wrong == NULL)
        must_be_alike(changed, whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { data, size };
    struct saved changed, whole;
    saved_init(&changed);
    saved_init(&whole);
    read_both_ways(&input, &changed, &whole);
    saved_free(&changed);
    saved_free(&whole);
    return 0;
}
