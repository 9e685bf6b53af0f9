/* SPDX-License-Identifier: MIT */
/*
 * event.c - what is due when: a heap ordered by time, then by the order in
 * which the events were added, never by their addresses.
 *
 * Who makes something that may have events promises room for them first, so
 * that adding one cannot fail.
 */
#include "mem.h"
#include "sim_internal.h"

#define FIRST_ROOM 16u

duos_err duos__sim_event_promise(duos_sim *sim, uint32_t n)
{
    sim_events *events = &sim->events;
    uint32_t cap = events->cap > 0 ? events->cap : FIRST_ROOM;
    sim_event **heap;

    while (cap - events->promised < n) {
        cap *= 2;
    }
    if (cap > events->cap) {
        heap = (sim_event **)duos__resize(&sim->alloc, events->heap,
                                          events->cap, cap, sizeof *heap);
        if (heap == NULL) {
            return DUOS_ENOMEM;
        }
        events->heap = heap;
        events->cap = cap;
    }
    events->promised += n;
    return DUOS_OK;
}

void duos__sim_event_unpromise(duos_sim *sim, uint32_t n)
{
    sim->events.promised -= n;
}

static bool before(const sim_event *a, const sim_event *b)
{
    if (a->due_ns != b->due_ns) {
        return a->due_ns < b->due_ns;
    }
    return a->sequence < b->sequence;
}

void duos__sim_event_add(duos_sim *sim, sim_event *event)
{
    sim_events *events = &sim->events;
    uint32_t at = events->count++;

    event->sequence = events->sequence++;
    while (at > 0 && before(event, events->heap[(at - 1) / 2])) {
        events->heap[at] = events->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    events->heap[at] = event;
}

sim_event *duos__sim_event_first(const duos_sim *sim)
{
    return sim->events.count > 0 ? sim->events.heap[0] : NULL;
}

void duos__sim_event_pop(duos_sim *sim)
{
    sim_events *events = &sim->events;
    sim_event *last = events->heap[--events->count];
    uint32_t at = 0;
    uint32_t child;

    for (child = 1; child < events->count; child = 2 * at + 1) {
        if (child + 1 < events->count &&
            before(events->heap[child + 1], events->heap[child])) {
            child++;
        }
        if (!before(events->heap[child], last)) {
            break;
        }
        events->heap[at] = events->heap[child];
        at = child;
    }
    events->heap[at] = last;
}

void duos__sim_event_fini(duos_sim *sim)
{
    duos__free(&sim->alloc, sim->events.heap,
               sim->events.cap * sizeof *sim->events.heap);
}
