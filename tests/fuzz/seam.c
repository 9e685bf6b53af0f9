/* SPDX-License-Identifier: MIT */
/*
 * seam.c - F8: the bytes choose a world, what its guests do, and the results
 * of system calls: which ones fail, when, how often, and with what error.
 * Whatever they say: no crash, no leak, bounded memory, each end told once,
 * bytes in order, and no loop that spins.
 */
#include "fuzz.h"

#include "chaos/chaos.h"

#include <stdio.h>

#define FAILURES_MAX 16

typedef struct plans {
    duos_sim_failure failures[FAILURES_MAX];
} plans;

static void adjust(chaos_world *w, void *user)
{
    (void)user;
    w->plan.lax = true;
    w->plan.end_ms = 400;
    w->plan.guests = 1 + w->plan.guests % 8;
}

static duos_err choose_error(chaos_world *w)
{
    static const duos_err errors[] = {
        DUOS_OK,         DUOS_EMFILE,     DUOS_ENOMEM,      DUOS_ENOBUFS,
        DUOS_EIO,        DUOS_ECONNRESET, DUOS_EWOULDBLOCK, DUOS_EINTERRUPTED,
        DUOS_EBADF,      DUOS_EINVAL,     DUOS_EPIPE,       DUOS_ENOTCONN,
        DUOS_EOPNOTSUPP, DUOS_EACCES,     DUOS_ETIMEDOUT,   DUOS_ENETDOWN};

    return errors[chaos_below(w, sizeof errors / sizeof errors[0])];
}

/* The newest plan that is due decides: sixteen make any row of results. */
static void arrange(chaos_world *w, void *user)
{
    plans *p = (plans *)user;
    uint32_t count = chaos_below(w, FAILURES_MAX + 1);
    uint32_t i;

    for (i = 0; i < count; i++) {
        duos_sim_failure *failure = &p->failures[i];

        failure->host = chaos_below(w, w->plan.hosts + 1);
        failure->call = chaos_below(w, DUOS_SIM_CALL_COUNT);
        failure->first = 1 + chaos_below(w, 256);
        failure->times = 1 + chaos_below(w, 16);
        failure->err = choose_error(w);
        chaos_check(w, duos_sim_fail(w->sim, failure) == DUOS_OK, "plan",
                    DUOS_OK);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static chaos_totals totals;
    chaos_setup setup;
    const char *failure;
    plans p;

    memset(&setup, 0, sizeof setup);
    memset(&p, 0, sizeof p);
    setup.seed = 1;
    setup.bytes = data;
    setup.len = size;
    setup.totals = &totals;
    setup.adjust = adjust;
    setup.arrange = arrange;
    setup.user = &p;
    failure = chaos_run(&setup);
    if (failure != NULL) {
        (void)fprintf(stderr, "%s\n", failure);
        fuzz_fail("the world", __FILE__, __LINE__);
    }
    fuzz_operations = totals.delivered;
    return 0;
}
