/* SPDX-License-Identifier: MIT */
/*
 * afd_watch.c - a table of watches, a hash of the sockets in it, and a list
 * of those that are out of date, all linked through the watches themselves.
 */
#include "afd_watch.h"

#include "mem.h"

/* Chains at first; always a power of two, and no fewer than watches. */
#define CHAINS_MIN 64u

duos_err duos__afd_watches_init(duos__afd_watches *watches,
                                const duos_alloc *alloc)
{
    watches->chains =
        (uint32_t *)duos__new(alloc, CHAINS_MIN * sizeof *watches->chains);
    if (watches->chains == NULL) {
        return DUOS_ENOMEM;
    }
    watches->chain_count = CHAINS_MIN;
    duos__slots_init(&watches->slots, sizeof(duos__afd_watch), alloc);
    return DUOS_OK;
}

void duos__afd_watches_fini(duos__afd_watches *watches)
{
    duos__free(watches->slots.alloc, watches->chains,
               watches->chain_count * sizeof *watches->chains);
    duos__slots_fini(&watches->slots);
}

/* ---- chains ------------------------------------------------------------ */

static intptr_t os_of(const duos_poller *p, const duos__afd_watch *w)
{
    return duos__poller_entry_at(p, w->entry)->os;
}

/* Handles are small multiples of 4: mix all the bits. */
static uint32_t *chain_of(const duos__afd_watches *watches, intptr_t os)
{
    uint64_t hash = (uint64_t)os * UINT64_C(0x9e3779b97f4a7c15);

    return &watches->chains[(hash >> 32) & (watches->chain_count - 1)];
}

static void link_watch(duos__afd_watches *watches, const duos_poller *p,
                       uint32_t number)
{
    duos__afd_watch *w = duos__afd_watch_at(watches, number);
    uint32_t *chain = chain_of(watches, os_of(p, w));

    w->slot.link = *chain;
    *chain = number;
}

static bool is_linked(const duos__afd_watch *w)
{
    return (w->slot.generation & 1) != 0 && w->entry != DUOS__AFD_NO_ENTRY;
}

static duos_err double_chains(duos__afd_watches *watches, const duos_poller *p)
{
    uint32_t count = watches->chain_count * 2;
    uint32_t *chains = (uint32_t *)duos__new(&p->alloc, count * sizeof *chains);
    uint32_t number;

    if (chains == NULL) {
        return DUOS_ENOMEM;
    }
    duos__free(&p->alloc, watches->chains,
               watches->chain_count * sizeof *watches->chains);
    watches->chains = chains;
    watches->chain_count = count;
    for (number = 1; number <= watches->slots.used; number++) {
        if (is_linked(duos__afd_watch_at(watches, number))) {
            link_watch(watches, p, number);
        }
    }
    return DUOS_OK;
}

uint32_t duos__afd_watch_find(const duos__afd_watches *watches,
                              const duos_poller *p, intptr_t os)
{
    uint32_t number = *chain_of(watches, os);

    while (number != 0) {
        const duos__afd_watch *w = duos__afd_watch_at(watches, number);

        if (os_of(p, w) == os) {
            break;
        }
        number = w->slot.link;
    }
    return number;
}

/* ---- watches ----------------------------------------------------------- */

duos_err duos__afd_watch_add(duos__afd_watches *watches, const duos_poller *p,
                             uint32_t entry, uint32_t *number)
{
    duos__afd_watch *w;
    uint32_t index;
    duos_err err = DUOS_OK;

    if (watches->slots.live >= watches->chain_count) {
        err = double_chains(watches, p);
    }
    if (err == DUOS_OK) {
        err = duos__slots_add(&watches->slots, &index);
    }
    if (err != DUOS_OK) {
        return err;
    }
    *number = index + 1;
    w = duos__afd_watch_at(watches, *number);
    w->entry = entry;
    w->status = DUOS__AFD_IDLE;
    w->listed = false;
    w->asked = 0;
    link_watch(watches, p, *number);
    return DUOS_OK;
}

void duos__afd_watch_forget(duos__afd_watches *watches, const duos_poller *p,
                            uint32_t number)
{
    duos__afd_watch *w = duos__afd_watch_at(watches, number);
    uint32_t *link = chain_of(watches, os_of(p, w));

    while (*link != number) {
        link = &duos__afd_watch_at(watches, *link)->slot.link;
    }
    *link = w->slot.link;
    w->entry = DUOS__AFD_NO_ENTRY;
    duos__afd_watch_unlist(watches, number);
}

void duos__afd_watch_free(duos__afd_watches *watches, uint32_t number)
{
    duos__slots_del(&watches->slots, number - 1);
}

/* ---- the list of those out of date ------------------------------------- */

void duos__afd_watch_list(duos__afd_watches *watches, uint32_t number)
{
    duos__afd_watch *w = duos__afd_watch_at(watches, number);

    if (w->listed) {
        return;
    }
    w->listed = true;
    w->prev = 0;
    w->next = watches->outdated;
    if (w->next != 0) {
        duos__afd_watch_at(watches, w->next)->prev = number;
    }
    watches->outdated = number;
}

void duos__afd_watch_unlist(duos__afd_watches *watches, uint32_t number)
{
    duos__afd_watch *w = duos__afd_watch_at(watches, number);

    if (!w->listed) {
        return;
    }
    w->listed = false;
    if (w->next != 0) {
        duos__afd_watch_at(watches, w->next)->prev = w->prev;
    }
    if (w->prev != 0) {
        duos__afd_watch_at(watches, w->prev)->next = w->next;
    } else {
        watches->outdated = w->next;
    }
}
