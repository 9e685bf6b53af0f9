/* SPDX-License-Identifier: MIT */
/*
 * slots.h - a table of records that are named by slot and generation.
 *
 * The poller keeps its sockets in one, the server its connections. Records
 * lie in pages, so they never move and no growth leaves half a table unused.
 * A generation is odd while its slot is in use and counts up with each add
 * and each del, so a name that is out of date never fits again.
 */
#ifndef DUOS_SLOTS_H
#define DUOS_SLOTS_H

#include <duosock/alloc.h>
#include <duosock/error.h>

/* Records in a page. */
#define DUOS__SLOTS_PAGE 256u

/* Every record begins with this. */
typedef struct duos__slot {
    uint32_t generation; /* odd while in use */
    uint32_t link;       /* next free slot; free for the record's own use
                            while in use */
} duos__slot;

typedef struct duos__slots {
    const duos_alloc *alloc; /* outlives the table */
    unsigned char **pages;
    size_t record_size;
    uint32_t page_count;
    uint32_t page_room;
    uint32_t used;      /* slots that were ever in use: valid indices */
    uint32_t free_head; /* index + 1, 0 for none */
    uint32_t live;
    uint32_t removed; /* counts up with each del */
} duos__slots;

void duos__slots_init(duos__slots *slots, size_t record_size,
                      const duos_alloc *alloc);
void duos__slots_fini(duos__slots *slots);

/* Takes a slot: DUOS_OK, or DUOS_ENOMEM. */
duos_err duos__slots_add(duos__slots *slots, uint32_t *index);

/* Gives a slot back; its generation moves on. */
void duos__slots_del(duos__slots *slots, uint32_t index);

/* The record of a slot with index < used. */
static inline void *duos__slots_at(const duos__slots *slots, uint32_t index,
                                   size_t record_size)
{
    return slots->pages[index / DUOS__SLOTS_PAGE] +
           (index % DUOS__SLOTS_PAGE) * record_size;
}

/* A name: generation in the high half, index in the low one; never 0. */
static inline uint64_t duos__slot_name(const duos__slot *slot, uint32_t index)
{
    return (uint64_t)slot->generation << 32 | index;
}

static inline uint32_t duos__name_index(uint64_t name)
{
    return (uint32_t)name;
}

/* The record of a name, NULL if the name is out of date or never was one. */
static inline void *duos__slots_find(const duos__slots *slots, uint64_t name,
                                     size_t record_size)
{
    uint32_t index = duos__name_index(name);
    duos__slot *slot;

    if (index >= slots->used) {
        return NULL;
    }
    slot = (duos__slot *)duos__slots_at(slots, index, record_size);
    if (slot->generation != (uint32_t)(name >> 32) ||
        (slot->generation & 1) == 0) {
        return NULL;
    }
    return slot;
}

#endif
