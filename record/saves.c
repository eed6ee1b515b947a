// The changes between a server's save and the one before.
#include "record/internal.h"

#include "decode/messages.h"
#include "decode/saved.h"
#include "record/messages.h"
#include "rt/alloc.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

// HEAD: the elements begin after these bytes. ELEMENT: an element's command
// begins after these.
enum { WORD = 4, HEAD_BYTES = 3 * WORD, ELEMENT_BYTES = 3 * WORD };

// Guarded by the record's lock.
static struct saved *saves;  // Each server's last save.
static int n_saves;
static struct change change;
static bool is_form_known;
static enum saved_form form;

static struct saved *save_of(int server)
{
    if (server >= n_saves) {
        saves = alloc_resize(saves, (size_t)server + 1, sizeof *saves);
        for (; n_saves <= server; n_saves++)
            saved_init(&saves[n_saves]);
    }
    return &saves[server];
}

// The command of the element that begins at `at`. change_read has checked that
// it is whole.
static struct bytes command_at(struct bytes state, size_t at)
{
    const char *element = (const char *)state.data + at;
    uint32_t len;
    memcpy(&len, element + ELEMENT_BYTES - WORD, WORD);
    return (struct bytes){ (char *)element + ELEMENT_BYTES, ntohl(len) };
}

static void put_position(struct json *j, const char *name, int index, int term)
{
    json_open(j, name, '{');
    json_int(j, "index", index);
    json_int(j, "term", term);
    json_close(j, '}');
}

// Writes the elements from this place on, which are new. Element 0 stands for
// the snapshot and has no command.
static void put_appended(struct json *j, const struct saved *saved,
                         struct bytes state, int from)
{
    if (from == 0)
        from = 1;
    int count = saved->count - from;
    if (count <= 0)
        return;
    json_int(j, "n_appended", count);
    json_open(j, "appended", '[');
    for (int k = 0; k < count; k++) {
        if (is_entry_shown(k, count))
            json_entry(j, saved->first + from + k,
                       saved->entries[from + k].term,
                       command_at(state, saved->entries[from + k - 1].end));
    }
    json_close(j, ']');
}

static void put_state(struct json *j, struct saved *saved, struct bytes state,
                      size_t snapshot_size)
{
    int cut = change_cut(&change, saved);
    change_apply(&change, saved);
    const struct saved_entry *last = &saved->entries[saved->count - 1];
    int first_term = saved->entries[0].term;
    json_int(j, "term", saved->term);
    json_int(j, "voted_for", saved->voted_for);
    put_position(j, "first", saved->first, first_term);
    put_position(j, "last", saved_last(saved), last->term);
    if (snapshot_size > 0) {
        json_open(j, "snapshot", '{');
        json_int(j, "index", saved->first);
        json_int(j, "term", first_term);
        json_int(j, "bytes", (int64_t)snapshot_size);
        json_close(j, '}');
    }
    if (cut != NOTHING_CUT)
        json_int(j, "dropped_from", cut);
    put_appended(j, saved, state, change.n_same);
}

void save_text(struct json *j, const struct event *event)
{
    if (!is_form_known)
        form = saved_state_form();
    is_form_known = true;
    struct bytes state = event->saved.raft_state;
    struct bytes_range untouched = event->saved.untouched;
    struct bytes plain = { NULL, 0 };
    json_int(j, "bytes", (int64_t)state.len);
    if (form == OTHER_FORM) {
        plain = saved_state_make_plain(state);
        state = plain;
        untouched = (struct bytes_range){ 0, 0 };
    }
    struct saved *saved = save_of(event->life.server);
    const char *wrong = change_read(&change, saved, state, untouched,
                                    form == PLAIN_FORM_AND_MORE);
    if (wrong == NULL)
        put_state(j, saved, state, event->saved.snapshot.len);
    else
        json_bool(j, "unreadable", true);
    bytes_free(&plain);
}
