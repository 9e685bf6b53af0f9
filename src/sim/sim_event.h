/* SPDX-License-Identifier: MIT */
/*
 * sim_event.h - what happens later: how it waits for its time, event.c.
 */
#ifndef DUOS_SIM_EVENT_H
#define DUOS_SIM_EVENT_H

#include <duosock/sim.h>

/* Something that happens later; lies within what it happens to. */
typedef struct sim_event {
    uint64_t due_ns;
    uint64_t sequence; /* those due at the same time keep their order */
    void (*run)(duos_sim *sim, struct sim_event *event);
} sim_event;

/* A binary heap; room for every event is promised before it is needed. */
typedef struct sim_events {
    sim_event **heap;
    uint32_t count;
    uint32_t cap;
    uint32_t promised;
    uint64_t sequence;
} sim_events;

/* Promises room for n events that may be added later. */
duos_err duos__sim_event_promise(duos_sim *sim, uint32_t n);
void duos__sim_event_unpromise(duos_sim *sim, uint32_t n);

/* Adds a promised event, which is not in the heap. */
void duos__sim_event_add(duos_sim *sim, sim_event *event);

/* The next one, or NULL. */
sim_event *duos__sim_event_first(const duos_sim *sim);

/* Takes the first one out. */
void duos__sim_event_pop(duos_sim *sim);

void duos__sim_event_fini(duos_sim *sim);

#endif
