/* SPDX-License-Identifier: MIT */
/*
 * chat.c - the room of the program behind the server, and the model beside
 * it: both are told the same in the same order.
 *
 * One thing the model cannot know: a member who does not take what is sent to
 * it is dropped, perhaps in the middle of its own lines. Given one line at a
 * time, it can be told; otherwise it is silent from then on.
 */
#include <stdlib.h>
#include <string.h>

#include "chaos.h"

#include "cli/chat_core.h"

void chaos_chat_start(chaos_world *w)
{
    chat_limits limits = {w->plan.max_line, w->plan.server.queue_max, 0};
    duos_err err = chat_room_new(w->loops[0], &limits, &w->room);

    w->model = model_new(w->plan.max_line);
    chaos_check(w, err == DUOS_OK && w->model != NULL, "room", err);
}

void chaos_chat_enter(chaos_door *d)
{
    d->member = chat_room_enter(d->world->room, d->conn);
    d->model = model_enter(d->world->model);
    if (d->member == NULL || d->model == NULL) {
        abort();
    }
}

static void note_all(chaos_world *w)
{
    chaos_door *d;

    for (d = w->doors; d != NULL; d = d->next) {
        d->noted = d->model->heard.len;
    }
}

/* Back to what was noted, and no further. */
static void silence(chaos_world *w)
{
    chaos_door *d;

    for (d = w->doors; d != NULL; d = d->next) {
        d->model->heard.len = d->noted;
    }
    w->unsure = true;
    model_freeze(w->model);
}

/* The same as far as the room has dealt with it. */
static void tell_both(chaos_door *d, const char *data, size_t len)
{
    bool before = d->member->listener.dropped;

    note_all(d->world);
    if (!before) {
        model_data(d->model, data, len);
    }
    chat_member_data(d->member, data, len);
    if (!before && d->member->listener.dropped && !d->world->plan.by_line) {
        silence(d->world);
    }
}

void chaos_chat_data(chaos_door *d, const void *data, size_t len)
{
    const char *at = (const char *)data;
    const char *end;
    size_t part;

    while (len > 0) {
        end = (const char *)memchr(at, '\n', len);
        part = d->world->plan.by_line && end != NULL ? (size_t)(end - at) + 1
                                                     : len;
        tell_both(d, at, part);
        at += part;
        len -= part;
    }
}

void chaos_chat_end(chaos_door *d)
{
    if (d->member->listener.dropped) {
        return;
    }
    model_end(d->model);
    chat_member_end(d->member);
}

void chaos_chat_leave(chaos_door *d)
{
    model_gone(d->model);
    chat_member_free(d->member);
    d->member = NULL;
}

bool chaos_chat_ended(const chaos_door *d, duos_err reason)
{
    if (d->world->plan.mode != CHAOS_CHAT) {
        return false;
    }
    return d->member->listener.dropped
               ? reason == DUOS_ESTALLED || reason == DUOS_ENOMEM
               : reason == DUOS_ECANCELED && d->member->done;
}

/* Whoever is still there then has got the notice. */
void chaos_chat_close(chaos_world *w)
{
    chaos_door *d;

    model_close(w->model);
    chat_room_close(w->room);
    for (d = w->doors; d != NULL; d = d->next) {
        d->due = d->model->heard.len;
    }
}

void chaos_chat_free(chaos_world *w)
{
    chat_room_free(w->room);
    model_free(w->model);
    w->room = NULL;
    w->model = NULL;
}
