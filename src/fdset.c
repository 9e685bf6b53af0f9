/* SPDX-License-Identifier: MIT */
/*
 * fdset.c - a set of sockets: an array of members and a hash that finds them.
 *
 * Open addressing with linear probing; the index has twice as many places as
 * the array, so it is never more than half full. A removal moves later
 * entries of the probe run back, so there are no tombstones.
 */
#include "fdset.h"

#include <string.h>

#include "mem.h"

#define FIRST_CAP 16u

void duos_fdset_init(duos_fdset *set, const duos_alloc *alloc)
{
    if (set != NULL) {
        memset(set, 0, sizeof *set);
        set->alloc = alloc != NULL ? *alloc : *duos_alloc_default();
    }
}

static uint32_t places(const duos_fdset *set)
{
    return set->cap * 2;
}

void duos_fdset_fini(duos_fdset *set)
{
    duos_alloc alloc;

    if (set == NULL) {
        return;
    }
    alloc = set->alloc;
    duos__free(&alloc, set->members, set->cap * sizeof *set->members);
    duos__free(&alloc, set->index, places(set) * sizeof *set->index);
    duos__free(&alloc, set->scratch, set->scratch_size);
    duos_fdset_init(set, &alloc);
}

void duos_fdset_zero(duos_fdset *set)
{
    if (set != NULL && set->count > 0) {
        memset(set->index, 0, places(set) * sizeof *set->index);
        set->count = 0;
    }
}

/* Descriptors are dense, SOCKETs are multiples of 4: mix all the bits. */
static uint32_t home_of(const duos_fdset *set, duos_socket s)
{
    uint64_t h = (uint64_t)s.os * UINT64_C(0x9e3779b97f4a7c15);

    return (uint32_t)(h >> 32) & (places(set) - 1);
}

static uint32_t next_place(const duos_fdset *set, uint32_t place)
{
    return (place + 1) & (places(set) - 1);
}

/* The place of a socket in the index, or the empty place where it belongs. */
static uint32_t place_of(const duos_fdset *set, duos_socket s)
{
    uint32_t place = home_of(set, s);

    while (set->index[place] != 0 &&
           set->members[set->index[place] - 1].os != s.os) {
        place = next_place(set, place);
    }
    return place;
}

uint32_t duos__fdset_find(const duos_fdset *set, duos_socket s)
{
    uint32_t entry;

    if (set == NULL || set->count == 0) {
        return DUOS__FDSET_NONE;
    }
    entry = set->index[place_of(set, s)];
    return entry != 0 ? entry - 1 : DUOS__FDSET_NONE;
}

void duos__fdset_add(duos_fdset *set, duos_socket s)
{
    set->members[set->count++] = s;
    set->index[place_of(set, s)] = set->count;
}

static void rebuild_index(duos_fdset *set)
{
    uint32_t i;

    memset(set->index, 0, places(set) * sizeof *set->index);
    for (i = 0; i < set->count; i++) {
        set->index[place_of(set, set->members[i])] = i + 1;
    }
}

/* cap is a power of two, so that places are, too. */
static duos_err grow_set(duos_fdset *set, uint32_t cap)
{
    duos_socket *members;
    uint32_t *index;

    if (cap > UINT32_MAX / 4) {
        return DUOS_ENOMEM;
    }
    index = (uint32_t *)duos__new(&set->alloc, 2 * (size_t)cap * sizeof *index);
    if (index == NULL) {
        return DUOS_ENOMEM;
    }
    members = (duos_socket *)duos__resize(&set->alloc, set->members, set->cap,
                                          cap, sizeof *members);
    if (members == NULL) {
        duos__free(&set->alloc, index, 2 * (size_t)cap * sizeof *index);
        return DUOS_ENOMEM;
    }
    duos__free(&set->alloc, set->index, places(set) * sizeof *set->index);
    set->members = members;
    set->index = index;
    set->cap = cap;
    rebuild_index(set);
    return DUOS_OK;
}

duos_err duos_fdset_set(duos_fdset *set, duos_socket s)
{
    if (set == NULL || !duos_socket_valid(s)) {
        return DUOS_EINVAL;
    }
    if (duos__fdset_find(set, s) != DUOS__FDSET_NONE) {
        return DUOS_OK;
    }
    if (set->count == set->cap) {
        duos_err err = grow_set(set, set->cap ? set->cap * 2 : FIRST_CAP);

        if (err != DUOS_OK) {
            return err;
        }
    }
    duos__fdset_add(set, s);
    return DUOS_OK;
}

/* Closes the gap at an emptied place: moves back who was displaced by it. */
static void close_gap(duos_fdset *set, uint32_t gap)
{
    uint32_t mask = places(set) - 1;
    uint32_t place = next_place(set, gap);

    while (set->index[place] != 0) {
        uint32_t home = home_of(set, set->members[set->index[place] - 1]);

        if (((place - home) & mask) >= ((place - gap) & mask)) {
            set->index[gap] = set->index[place];
            gap = place;
        }
        place = next_place(set, place);
    }
    set->index[gap] = 0;
}

void duos_fdset_clr(duos_fdset *set, duos_socket s)
{
    uint32_t at = duos__fdset_find(set, s);
    duos_socket moved;

    if (at == DUOS__FDSET_NONE) {
        return;
    }
    close_gap(set, place_of(set, s));
    moved = set->members[--set->count];
    if (at != set->count) { /* the last member takes the free position */
        set->index[place_of(set, moved)] = at + 1;
        set->members[at] = moved;
    }
}

bool duos_fdset_isset(const duos_fdset *set, duos_socket s)
{
    return duos__fdset_find(set, s) != DUOS__FDSET_NONE;
}

size_t duos_fdset_count(const duos_fdset *set)
{
    return set != NULL ? set->count : 0;
}

duos_err duos_fdset_copy(duos_fdset *to, const duos_fdset *from)
{
    if (to == NULL || from == NULL) {
        return DUOS_EINVAL;
    }
    if (to == from) {
        return DUOS_OK;
    }
    if (to->cap < from->count) {
        duos_err err = grow_set(to, from->cap);

        if (err != DUOS_OK) {
            return err;
        }
    }
    if (from->count > 0) {
        memcpy(to->members, from->members, from->count * sizeof *from->members);
    }
    to->count = from->count;
    if (to->cap > 0) {
        rebuild_index(to);
    }
    return DUOS_OK;
}

duos_err duos__fdset_reserve_scratch(duos_fdset *set, size_t size,
                                     unsigned char **memory)
{
    if (set->scratch_size < size) {
        void *grown =
            duos__resize(&set->alloc, set->scratch, set->scratch_size, size, 1);

        if (grown == NULL) {
            return DUOS_ENOMEM;
        }
        set->scratch = grown;
        set->scratch_size = size;
    }
    *memory = (unsigned char *)set->scratch;
    return DUOS_OK;
}
