/* SPDX-License-Identifier: MIT */
/*
 * sys_wait.c - select() without its ceiling: the sets lie in the caller's
 * memory and hold as many sockets as there are.
 *
 * Winsock's fd_set is a count and an array, and select() goes by the count, so
 * a larger array is all it takes. What select() leaves of a set comes back in
 * the order in which it went in, so the results are merged by one walk; should
 * the order ever differ, they are searched for instead.
 */
#include "win32.h"

enum {
    READ_SET,
    WRITE_SET,
    EXCEPT_SET,
    SET_COUNT
};

/* An fd_set of any size, and how far the merging walk has come in it. */
typedef struct wait_set {
    void *native;
    u_int *count;
    SOCKET *members;
    u_int next;
} wait_set;

/* Kept in got during a wait: urgent data is there that nobody asked for. */
#define URGENT_SEEN 0x80u

/* ---- the sets ---------------------------------------------------------- */

/* On Win64 the members do not follow the count at once (trap 60). */
static size_t set_size(size_t n)
{
    return offsetof(fd_set, fd_array) + n * sizeof(SOCKET);
}

size_t sys_wait_scratch(size_t n)
{
    return SET_COUNT * set_size(n);
}

static void place_sets(wait_set *sets, void *scratch, size_t n)
{
    unsigned char *place = (unsigned char *)scratch;
    int i;

    for (i = 0; i < SET_COUNT; i++) {
        sets[i].native = place;
        sets[i].count = (u_int *)(void *)(place + offsetof(fd_set, fd_count));
        sets[i].members =
            (SOCKET *)(void *)(place + offsetof(fd_set, fd_array));
        place += set_size(n);
    }
}

static void set_add(wait_set *set, duos_socket s)
{
    set->members[(*set->count)++] = duos__os(s);
}

/*
 * A failed connect shows among the exceptions only (trap 27). Whoever waits
 * for it is to be told, since no call on such a socket would block.
 */
static bool wants_except(const sys_wait *e)
{
    return e->want != 0 && (e->got & URGENT_SEEN) == 0;
}

static void fill_sets(wait_set *sets, const sys_wait *list, size_t n)
{
    size_t i;

    for (i = 0; i < SET_COUNT; i++) {
        *sets[i].count = 0;
        sets[i].next = 0;
    }
    for (i = 0; i < n; i++) {
        const sys_wait *e = &list[i];

        if (e->bad) {
            continue;
        }
        if ((e->want & DUOS_READ) != 0) {
            set_add(&sets[READ_SET], e->sock);
        }
        if ((e->want & DUOS_WRITE) != 0) {
            set_add(&sets[WRITE_SET], e->sock);
        }
        if (wants_except(e)) {
            set_add(&sets[EXCEPT_SET], e->sock);
        }
    }
}

static bool sets_are_empty(const wait_set *sets)
{
    return *sets[READ_SET].count == 0 && *sets[WRITE_SET].count == 0 &&
           *sets[EXCEPT_SET].count == 0;
}

/* ---- the results ------------------------------------------------------- */

/* Whether s is in the set, in the order of fill_sets. */
static bool set_walk(wait_set *set, SOCKET s)
{
    if (set->next == *set->count || set->members[set->next] != s) {
        return false;
    }
    set->next++;
    return true;
}

/* The same in any order. */
static bool set_search(wait_set *set, SOCKET s)
{
    u_int i;

    for (i = 0; i < *set->count; i++) {
        if (set->members[i] == s) {
            return true;
        }
    }
    return false;
}

/*
 * An exception is either a failed connect or urgent data. A socket that has a
 * peer did not fail to connect. SO_ERROR would tell it as well, but takes the
 * error away from whoever comes to ask for the result.
 */
static unsigned judge_exception(const sys_wait *e)
{
    duos_addr peer;

    if (sys_peer_addr(e->sock, &peer) != DUOS_OK) {
        return DUOS_ERROR | (e->want & (unsigned)(DUOS_READ | DUOS_WRITE));
    }
    return (e->want & DUOS_PRIO) != 0 ? (unsigned)DUOS_PRIO : URGENT_SEEN;
}

typedef bool (*set_find)(wait_set *set, SOCKET s);

static unsigned result_of(wait_set *sets, const sys_wait *e, set_find has)
{
    SOCKET s = duos__os(e->sock);
    unsigned got = e->got & URGENT_SEEN;

    if ((e->want & DUOS_READ) != 0 && has(&sets[READ_SET], s)) {
        got |= DUOS_READ;
    }
    if ((e->want & DUOS_WRITE) != 0 && has(&sets[WRITE_SET], s)) {
        got |= DUOS_WRITE;
    }
    if (wants_except(e) && has(&sets[EXCEPT_SET], s)) {
        got |= judge_exception(e);
    }
    return got;
}

/* Fills got and returns how many elements have something to tell. */
static size_t merge_by(wait_set *sets, sys_wait *list, size_t n, set_find has)
{
    size_t ready = 0;
    size_t i;

    for (i = 0; i < n; i++) {
        sys_wait *e = &list[i];

        if (!e->bad) {
            e->got = (uint8_t)result_of(sets, e, has);
        }
        ready += e->bad || (e->got & ~URGENT_SEEN) != 0;
    }
    return ready;
}

static size_t merge_sets(wait_set *sets, sys_wait *list, size_t n)
{
    size_t ready = merge_by(sets, list, n, set_walk);
    int i;

    for (i = 0; i < SET_COUNT; i++) {
        if (sets[i].next != *sets[i].count) {
            return merge_by(sets, list, n, set_search);
        }
    }
    return ready;
}

/* ---- the wait ---------------------------------------------------------- */

/* select() does not say which socket it could not take. */
static size_t find_bad(sys_wait *list, size_t n)
{
    size_t found = 0;
    size_t i;

    for (i = 0; i < n; i++) {
        if (!list[i].bad && list[i].want != 0 &&
            duos__socket_check(list[i].sock) != DUOS_OK) {
            list[i].bad = true;
            found++;
        }
    }
    return found;
}

/* Empty sets are an error for select(), but a sleep for us (trap 61). */
static duos_err select_once(wait_set *sets, int32_t timeout_ms, bool *any)
{
    struct timeval limit;
    int result = 0;

    limit.tv_sec = timeout_ms / 1000;
    limit.tv_usec = timeout_ms % 1000 * 1000;
    if (sets_are_empty(sets)) {
        Sleep(timeout_ms < 0 ? INFINITE : (DWORD)timeout_ms);
    } else {
        result = select(0, (fd_set *)sets[READ_SET].native,
                        (fd_set *)sets[WRITE_SET].native,
                        (fd_set *)sets[EXCEPT_SET].native,
                        timeout_ms < 0 ? NULL : &limit);
    }
    if (result == SOCKET_ERROR) {
        return sys_err_from_native(WSAGetLastError());
    }
    *any = result > 0;
    return DUOS_OK;
}

/* What is left of timeout_ms, which began to run at begin_ns. */
static int32_t time_left(uint64_t begin_ns, int32_t timeout_ms)
{
    uint64_t passed_ms;

    if (timeout_ms <= 0) {
        return timeout_ms;
    }
    passed_ms = (sys_now_ns() - begin_ns) / 1000000;
    return passed_ms < (uint64_t)timeout_ms ? timeout_ms - (int32_t)passed_ms
                                            : 0;
}

/*
 * Waits once more after bad sockets, which must not blind the rest, and when
 * all that came was urgent data that nobody asked for: it would come again at
 * once, as often as the caller asks, so a peer could make him spin.
 */
static duos_err wait_for_some(wait_set *sets, sys_wait *list, size_t n,
                              int32_t timeout_ms, size_t *ready)
{
    uint64_t begin_ns = timeout_ms > 0 ? sys_now_ns() : 0;
    int32_t left = timeout_ms;

    for (;;) {
        bool any = false;
        duos_err err;

        fill_sets(sets, list, n);
        err = select_once(sets, left, &any);
        if (err == DUOS_OK) {
            *ready = merge_sets(sets, list, n);
            if (*ready > 0 || !any) {
                return DUOS_OK;
            }
            left = time_left(begin_ns, timeout_ms);
        } else if (find_bad(list, n) > 0) {
            left = 0;
        } else {
            return err;
        }
    }
}

duos_err sys_wait_many(sys_wait *list, size_t n, int32_t timeout_ms,
                       void *scratch, size_t *ready)
{
    wait_set sets[SET_COUNT];
    size_t found = 0;
    size_t i;
    duos_err err;

    for (i = 0; i < n; i++) {
        list[i].got = 0;
        list[i].bad = false;
    }
    place_sets(sets, scratch, n);
    err = wait_for_some(sets, list, n, timeout_ms, &found);
    for (i = 0; i < n; i++) {
        list[i].got &= (uint8_t)~URGENT_SEEN;
    }
    if (err == DUOS_OK) {
        *ready = found;
    }
    return err;
}
