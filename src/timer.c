/* SPDX-License-Identifier: MIT */
/*
 * timer.c - the heap of timers.
 */
#include "timer.h"

#include <string.h>

#include "mem.h"

#define FIRST_ROOM 16u

void duos__timers_init(duos__timers *timers, const duos_alloc *alloc)
{
    memset(timers, 0, sizeof *timers);
    timers->alloc = alloc;
    timers->next_ns = UINT64_MAX;
}

void duos__timers_fini(duos__timers *timers)
{
    uint32_t i;

    for (i = 0; i < timers->count; i++) {
        timers->heap[i]->position = 0;
    }
    duos__free(timers->alloc, timers->heap,
               timers->room * sizeof *timers->heap);
    timers->heap = NULL;
    timers->count = timers->room = 0;
    timers->next_ns = UINT64_MAX;
}

/* Sequences wrap; their order is the sign of the difference. */
static bool before(const duos__timer *a, const duos__timer *b)
{
    if (a->due_ns != b->due_ns) {
        return a->due_ns < b->due_ns;
    }
    return (int32_t)(a->sequence - b->sequence) < 0;
}

static void place(duos__timers *timers, uint32_t at, duos__timer *node)
{
    timers->heap[at] = node;
    node->position = at + 1;
    if (at == 0) {
        timers->next_ns = node->due_ns;
    }
}

static void sift_up(duos__timers *timers, uint32_t at, duos__timer *node)
{
    while (at > 0 && before(node, timers->heap[(at - 1) / 2])) {
        place(timers, at, timers->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    place(timers, at, node);
}

static void sift_down(duos__timers *timers, uint32_t at, duos__timer *node)
{
    for (;;) {
        uint32_t child = 2 * at + 1;

        if (child >= timers->count) {
            break;
        }
        if (child + 1 < timers->count &&
            before(timers->heap[child + 1], timers->heap[child])) {
            child++;
        }
        if (!before(timers->heap[child], node)) {
            break;
        }
        place(timers, at, timers->heap[child]);
        at = child;
    }
    place(timers, at, node);
}

static void settle_node(duos__timers *timers, uint32_t at, duos__timer *node)
{
    if (at > 0 && before(node, timers->heap[(at - 1) / 2])) {
        sift_up(timers, at, node);
    } else {
        sift_down(timers, at, node);
    }
}

/*
 * For one node more, besides those that have a place. By an eighth: what is in
 * reserve is a cost of each idle connection. A reserved node that is started
 * counts twice, so there may be a place too many for each server that pauses,
 * never one too few: to know such a node again costs all nodes more.
 */
static duos_err make_timer_room(duos__timers *timers)
{
    uint32_t needed = timers->count + timers->reserved + 1;
    uint32_t room = timers->room + timers->room / 8;
    duos__timer **heap;

    if (needed <= timers->room) {
        return DUOS_OK;
    }
    room = room > FIRST_ROOM ? room : FIRST_ROOM;
    room = room > needed ? room : needed;
    heap = (duos__timer **)duos__resize(timers->alloc, timers->heap,
                                        timers->room, room, sizeof *heap);
    if (heap == NULL) {
        return DUOS_ENOMEM;
    }
    timers->heap = heap;
    timers->room = room;
    return DUOS_OK;
}

static inline void start_node(duos__timers *timers, duos__timer *node,
                              uint64_t due_ns)
{
    if (node->position == 0) {
        node->position = ++timers->count;
    }
    node->due_ns = due_ns;
    node->sequence = timers->sequence++;
    settle_node(timers, node->position - 1, node);
}

duos_err duos__timers_start(duos__timers *timers, duos__timer *node,
                            uint64_t due_ns)
{
    if (node->position == 0) {
        duos_err err = make_timer_room(timers);

        if (err != DUOS_OK) {
            return err;
        }
    }
    start_node(timers, node, due_ns);
    return DUOS_OK;
}

duos_err duos__timers_reserve(duos__timers *timers)
{
    duos_err err = make_timer_room(timers);

    timers->reserved += err == DUOS_OK;
    return err;
}

void duos__timers_unreserve(duos__timers *timers)
{
    timers->reserved--;
}

void duos__timers_start_reserved(duos__timers *timers, duos__timer *node,
                                 uint64_t due_ns)
{
    start_node(timers, node, due_ns);
}

void duos__timers_stop(duos__timers *timers, duos__timer *node)
{
    uint32_t at = node->position;
    duos__timer *last;

    if (at == 0) {
        return;
    }
    node->position = 0;
    last = timers->heap[--timers->count];
    if (last != node) {
        settle_node(timers, at - 1, last);
    } else if (timers->count == 0) {
        timers->next_ns = UINT64_MAX;
    }
}

/*
 * Whether its sequence is among those given out since end. An order of
 * sequences would not do: it turns around for a timer that has waited for
 * half of all there are, and that would block the loop.
 */
static bool started_since(const duos__timers *timers, const duos__timer *node,
                          uint32_t end)
{
    return node->sequence - end < timers->sequence - end;
}

void duos__timers_fire(duos__timers *timers, uint64_t now_ns)
{
    uint32_t end = timers->sequence;

    while (timers->count > 0) {
        duos__timer *node = timers->heap[0];

        if (node->due_ns > now_ns || started_since(timers, node, end)) {
            break;
        }
        duos__timers_stop(timers, node);
        node->fire(node);
    }
}
