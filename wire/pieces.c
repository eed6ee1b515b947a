// Puts frames together from their pieces. Several threads read packets of one
// frame.
#include "wire/internal.h"

#include "rt/alloc.h"

#include <stdlib.h>
#include <string.h>

struct partial {
    uint64_t serial;
    size_t size;
    size_t received;
    struct frame frame;
    struct partial *next;
};

void pieces_init(struct pieces *pieces)
{
    *pieces = (struct pieces){ 0 };
    pthread_mutex_init(&pieces->mu, NULL);
}

void pieces_destroy(struct pieces *pieces)
{
    while (pieces->partials != NULL) {
        struct partial *partial = pieces->partials;
        pieces->partials = partial->next;
        frame_free(&partial->frame);
        free(partial);
    }
    pthread_mutex_destroy(&pieces->mu);
}

void frame_free(struct frame *frame)
{
    free(frame->memory);
    frame->memory = NULL;
}

// ---- Checking ----

static size_t parts_size(const struct packet_head *head)
{
    size_t size = 0;
    for (int k = 0; k < FRAME_PARTS; k++)
        size += head->lengths[k];
    return size;
}

const char *packet_check(const struct packet *packet, size_t size)
{
    const struct packet_head *head = &packet->head;
    if (size < sizeof *head || size > sizeof *packet)
        return "a packet of a wrong size";
    if (head->kind >= N_FRAME_KINDS)
        return "a frame of an unknown kind";
    for (int k = 0; k < FRAME_PARTS; k++) {
        if (head->lengths[k] > WIRE_MAX_BYTES)
            return "a frame that is too long";
    }
    size_t piece = size - sizeof *head, whole = parts_size(head);
    if (head->offset > whole || piece > whole - head->offset)
        return "a piece that is no part of its frame";
    if (piece == 0 && whole > 0)
        return "an empty piece";
    return NULL;
}

// ---- Putting together ----

// A frame with this head, and room for its parts.
static struct frame make_frame(const struct packet_head *head)
{
    struct frame frame = { .kind = head->kind, .id = head->id };
    memcpy(frame.numbers, head->numbers, sizeof frame.numbers);
    size_t size = parts_size(head), at = 0;
    frame.memory = size > 0 ? alloc(size) : NULL;
    for (int k = 0; k < FRAME_PARTS; k++) {
        size_t len = head->lengths[k];
        void *data = len > 0 ? (char *)frame.memory + at : NULL;
        frame.parts[k] = (struct bytes){ data, len };
        at += len;
    }
    return frame;
}

static void copy_piece(struct frame *frame, const struct packet *packet,
                       size_t piece)
{
    if (frame->memory != NULL)
        memcpy((char *)frame->memory + packet->head.offset, packet->piece,
               piece);
}

// The place in the list of the frame of this serial number; that of the end if
// it has no piece yet.
static struct partial **find_locked(struct pieces *pieces, uint64_t serial)
{
    struct partial **place = &pieces->partials;
    while (*place != NULL && (*place)->serial != serial)
        place = &(*place)->next;
    return place;
}

static bool has_same_parts(const struct partial *partial,
                           const struct packet_head *head)
{
    for (int k = 0; k < FRAME_PARTS; k++) {
        if (partial->frame.parts[k].len != head->lengths[k])
            return false;
    }
    return true;
}

static void begin_locked(struct pieces *pieces, struct partial **place,
                         const struct packet_head *head)
{
    struct partial *partial = alloc(sizeof *partial);
    partial->serial = head->serial;
    partial->size = parts_size(head);
    partial->frame = make_frame(head);
    pieces->count++;
    pieces->bytes += partial->size;
    *place = partial;
}

// Has the connection room for another unfinished frame?
static bool has_room_locked(const struct pieces *pieces,
                            const struct packet_head *head)
{
    return pieces->count < WIRE_MAX_UNFINISHED &&
           pieces->bytes + parts_size(head) <= WIRE_MAX_BYTES;
}

static bool add_locked(struct pieces *pieces, const struct packet *packet,
                       size_t piece, struct frame *frame, const char **why)
{
    struct partial **place = find_locked(pieces, packet->head.serial);
    if (*place == NULL && !has_room_locked(pieces, &packet->head)) {
        *why = "more unfinished frames than there may be";
        return false;
    }
    if (*place == NULL)
        begin_locked(pieces, place, &packet->head);
    struct partial *partial = *place;
    if (!has_same_parts(partial, &packet->head)) {
        *why = "two pieces of one frame that disagree";
        return false;
    }
    copy_piece(&partial->frame, packet, piece);
    partial->received += piece;
    if (partial->received < partial->size)
        return false;
    *frame = partial->frame;
    *place = partial->next;
    pieces->count--;
    pieces->bytes -= partial->size;
    free(partial);
    return true;
}

bool pieces_add(struct pieces *pieces, const struct packet *packet, size_t size,
                struct frame *frame, const char **why)
{
    *why = NULL;
    size_t piece = size - sizeof packet->head;
    if (piece == parts_size(&packet->head)) {
        *frame = make_frame(&packet->head);
        copy_piece(frame, packet, piece);
        return true;
    }
    pthread_mutex_lock(&pieces->mu);
    bool is_whole = add_locked(pieces, packet, piece, frame, why);
    pthread_mutex_unlock(&pieces->mu);
    return is_whole;
}
