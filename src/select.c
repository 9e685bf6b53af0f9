/* SPDX-License-Identifier: MIT */
/*
 * select.c - the classic select, over the one verb that waits for many.
 *
 * The three sets are merged into one list, each socket once; the list is
 * waited for; what is ready stays in the sets.
 */
#include <duosock/select.h>

#include "deadline.h"
#include "fdset.h"
#include "mem.h"
#include "sys.h"

/* The merged list, with the system's own scratch memory behind it. */
typedef struct merge {
    sys_wait *list;
    size_t count;
    uint32_t *write_at; /* position in list of each member of writable */
} merge;

static uint32_t size_of(const duos_fdset *set)
{
    return set != NULL ? set->count : 0;
}

static size_t append_wanted(merge *m, duos_socket s, unsigned want)
{
    sys_wait *w = &m->list[m->count];

    w->sock = s;
    w->want = (uint8_t)want;
    w->got = 0;
    w->bad = false;
    return m->count++;
}

static void merge_readable(merge *m, const duos_fdset *readable)
{
    uint32_t i;

    for (i = 0; i < size_of(readable); i++) {
        (void)append_wanted(m, readable->members[i], DUOS_READ);
    }
}

/* A member of readable has the same position in the list. */
static void merge_writable(merge *m, const duos_fdset *readable,
                           const duos_fdset *writable)
{
    uint32_t i;

    for (i = 0; i < size_of(writable); i++) {
        uint32_t at = duos__fdset_find(readable, writable->members[i]);

        if (at != DUOS__FDSET_NONE) {
            m->list[at].want |= DUOS_WRITE;
            m->write_at[i] = at;
        } else {
            m->write_at[i] =
                (uint32_t)append_wanted(m, writable->members[i], DUOS_WRITE);
        }
    }
}

static void merge_except(merge *m, const duos_fdset *readable,
                         const duos_fdset *writable, const duos_fdset *except)
{
    uint32_t i;

    for (i = 0; i < size_of(except); i++) {
        duos_socket s = except->members[i];
        uint32_t at = duos__fdset_find(readable, s);

        if (at == DUOS__FDSET_NONE) {
            at = duos__fdset_find(writable, s);
            at = at != DUOS__FDSET_NONE ? m->write_at[at]
                                        : (uint32_t)append_wanted(m, s, 0);
        }
        m->list[at].want |= DUOS_PRIO;
    }
}

/* Which results keep a member in which set. */
enum {
    KEEP_READABLE = DUOS_READ | DUOS_HANGUP | DUOS_ERROR,
    KEEP_WRITABLE = DUOS_WRITE | DUOS_ERROR,
    KEEP_EXCEPT = DUOS_PRIO | DUOS_ERROR
};

/* Leaves in a set what asked for want and got one of keep. */
static size_t reduce(duos_fdset *set, const merge *m, unsigned want,
                     unsigned keep)
{
    size_t i;

    if (set == NULL) {
        return 0;
    }
    duos_fdset_zero(set);
    for (i = 0; i < m->count; i++) {
        const sys_wait *w = &m->list[i];

        if ((w->want & want) != 0 && (w->bad || (w->got & keep) != 0)) {
            duos__fdset_add(set, w->sock);
        }
    }
    return set->count;
}

/* Memory for the list comes from the first set there is, and stays in it. */
static duos_err prepare_merge(merge *m, duos_fdset *owner, size_t total,
                              size_t writables, void **scratch)
{
    size_t list = total * sizeof *m->list;
    size_t at = (writables * sizeof *m->write_at + 15) / 16 * 16;
    unsigned char *memory;
    duos_err err;

    list = (list + 15) / 16 * 16;
    err = duos__fdset_reserve_scratch(
        owner, list + at + sys_wait_scratch(total), &memory);
    if (err != DUOS_OK) {
        return err;
    }
    m->list = (sys_wait *)(void *)memory;
    m->write_at = (uint32_t *)(void *)(memory + list);
    m->count = 0;
    *scratch = memory + list + at;
    return DUOS_OK;
}

static duos_err wait_list(merge *m, void *scratch, int64_t timeout_ms)
{
    duos__deadline deadline = duos__deadline_in(timeout_ms);
    size_t ready = 0;
    int32_t left;
    duos_err err;

    do {
        left = duos__deadline_left(&deadline);
        err = sys_wait_many(m->list, m->count, left, scratch, &ready);
    } while (err == DUOS_EINTERRUPTED ||
             (err == DUOS_OK && ready == 0 && left != 0));
    return err;
}

/* With all sets empty, select is a sleep. */
static duos_err sleep_for(int64_t timeout_ms, size_t *ready)
{
    uint64_t scratch[32];
    merge nothing = {NULL, 0, NULL};
    duos_err err = wait_list(&nothing, scratch, timeout_ms);

    if (err == DUOS_OK && ready != NULL) {
        *ready = 0;
    }
    return err;
}

static bool same_object(const duos_fdset *a, const duos_fdset *b)
{
    return a != NULL && a == b;
}

duos_err duos_select(duos_fdset *readable, duos_fdset *writable,
                     duos_fdset *except, int64_t timeout_ms, size_t *ready)
{
    duos_fdset *owner = readable != NULL   ? readable
                        : writable != NULL ? writable
                                           : except;
    size_t total =
        (size_t)size_of(readable) + size_of(writable) + size_of(except);
    void *scratch;
    size_t count;
    merge m;
    duos_err err;

    if (same_object(readable, writable) || same_object(readable, except) ||
        same_object(writable, except)) {
        return DUOS_EINVAL;
    }
    if (total == 0) {
        return sleep_for(timeout_ms, ready);
    }
    err = prepare_merge(&m, owner, total, size_of(writable), &scratch);
    if (err != DUOS_OK) {
        return err;
    }
    merge_readable(&m, readable);
    merge_writable(&m, readable, writable);
    merge_except(&m, readable, writable, except);
    err = wait_list(&m, scratch, timeout_ms);
    if (err != DUOS_OK) {
        return err;
    }
    count = reduce(readable, &m, DUOS_READ, KEEP_READABLE);
    count += reduce(writable, &m, DUOS_WRITE, KEEP_WRITABLE);
    count += reduce(except, &m, DUOS_PRIO, KEEP_EXCEPT);
    if (ready != NULL) {
        *ready = count;
    }
    return DUOS_OK;
}
