/* SPDX-License-Identifier: MIT */
/*
 * slots.c - growing and reusing the pages of a slot table.
 */
#include "slots.h"

#include <string.h>

#include "mem.h"

void duos__slots_init(duos__slots *slots, size_t record_size,
                      const duos_alloc *alloc)
{
    memset(slots, 0, sizeof *slots);
    slots->alloc = alloc;
    slots->record_size = record_size;
}

void duos__slots_fini(duos__slots *slots)
{
    uint32_t i;

    for (i = 0; i < slots->page_count; i++) {
        duos__free(slots->alloc, slots->pages[i],
                   slots->record_size * DUOS__SLOTS_PAGE);
    }
    duos__free(slots->alloc, slots->pages,
               slots->page_room * sizeof *slots->pages);
    slots->pages = NULL;
    slots->page_count = slots->page_room = 0;
    slots->used = slots->free_head = slots->live = 0;
}

static duos_err add_page(duos__slots *slots)
{
    unsigned char *page;

    if (slots->page_count == slots->page_room) {
        uint32_t room = slots->page_room ? slots->page_room * 2 : 4;
        unsigned char **pages = (unsigned char **)duos__resize(
            slots->alloc, slots->pages, slots->page_room, room,
            sizeof *slots->pages);

        if (pages == NULL) {
            return DUOS_ENOMEM;
        }
        slots->pages = pages;
        slots->page_room = room;
    }
    page = (unsigned char *)duos__new(slots->alloc,
                                      slots->record_size * DUOS__SLOTS_PAGE);
    if (page == NULL) {
        return DUOS_ENOMEM;
    }
    slots->pages[slots->page_count++] = page;
    return DUOS_OK;
}

duos_err duos__slots_add(duos__slots *slots, uint32_t *index)
{
    duos__slot *slot;

    if (slots->free_head != 0) {
        *index = slots->free_head - 1;
        slot = (duos__slot *)duos__slots_at(slots, *index, slots->record_size);
        slots->free_head = slot->link;
    } else {
        if (slots->used == slots->page_count * DUOS__SLOTS_PAGE) {
            duos_err err = add_page(slots);

            if (err != DUOS_OK) {
                return err;
            }
        }
        *index = slots->used++;
        slot = (duos__slot *)duos__slots_at(slots, *index, slots->record_size);
    }
    slot->generation++;
    slot->link = 0;
    slots->live++;
    return DUOS_OK;
}

void duos__slots_del(duos__slots *slots, uint32_t index)
{
    duos__slot *slot =
        (duos__slot *)duos__slots_at(slots, index, slots->record_size);

    slot->generation++;
    slot->link = slots->free_head;
    slots->free_head = index + 1;
    slots->live--;
    slots->removed++;
}
