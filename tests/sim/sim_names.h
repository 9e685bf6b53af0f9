/* SPDX-License-Identifier: MIT */
/*
 * sim_names.h - a simulated name service that fails, is slow or never
 * answers, and lookups that remember what they were told.
 */
#ifndef TESTS_SIM_NAMES_H
#define TESTS_SIM_NAMES_H

#include <duosock/resolve.h>

#include "sim_support.h"

#define SECOND 1000

/* ---- names ------------------------------------------------------------ */

static inline duos_addr v4(uint8_t last)
{
    return duos_addr_ipv4(10, 0, 0, last, 9999);
}

static inline void add_host(world *w, const char *name, uint32_t host,
                            int64_t delay_ms)
{
    duos_addr addrs[2];

    addrs[0] = duos_sim_addr(host, DUOS_IPV6, 0);
    addrs[1] = duos_sim_addr(host, DUOS_IPV4, 0);
    assert_ok(duos_sim_add_name(w->sim, name, DUOS_OK, addrs, 2, delay_ms));
}

static inline void add_failure(world *w, const char *name, duos_err err)
{
    assert_ok(duos_sim_add_name(w->sim, name, err, NULL, 0, 5));
}

static inline void add_hanging(world *w, const char *name)
{
    assert_ok(duos_sim_add_name(w->sim, name, DUOS_ETRYAGAIN, NULL, 0, -1));
}

/* ---- lookups on a loop ------------------------------------------------ */

typedef struct asked {
    duos_lookup lookup;
    world *w;
    unsigned answers;
    duos_err err;
    size_t count;
    duos_addr first;
    uint64_t at_ms;
    void (*act)(struct asked *a);
    struct asked *other;
} asked;

static inline void answered(duos_lookup *lookup, duos_err err,
                            const duos_addr *addrs, size_t count, void *user)
{
    asked *a = (asked *)user;

    assert_ptr_equal(lookup, &a->lookup);
    assert_false(duos_lookup_active(lookup));
    a->answers++;
    a->err = err;
    a->count = count;
    a->at_ms = now_ms(a->w);
    if (err == DUOS_OK) {
        assert_true(count > 0);
        a->first = addrs[0];
    } else {
        assert_null(addrs);
        assert_int_equal(count, 0);
    }
    if (a->act != NULL) {
        a->act(a);
    }
}

static inline void prepare(asked *a, world *w, duos_loop *loop)
{
    memset(a, 0, sizeof *a);
    a->w = w;
    assert_ok(duos_lookup_init(&a->lookup, loop, answered, a));
}

static inline void ask(asked *a, const char *text, int64_t timeout_ms)
{
    assert_ok(duos_lookup_start(&a->lookup, text, DUOS_UNSPEC, timeout_ms));
    assert_true(duos_lookup_active(&a->lookup));
    assert_int_equal(a->answers, 0); /* never within the call */
}

/* Until nothing is left that could happen. */
static inline void run_out(world *w)
{
    assert_err(DUOS_EDEADLOCK, duos_sim_run(w->sim, 3600 * SECOND));
}

#endif
