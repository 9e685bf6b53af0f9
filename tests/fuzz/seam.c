/* SPDX-License-Identifier: MIT */
/*
 * seam.c - F8: the bytes choose a world, what its guests do, and the results
 * of system calls: one after the other, and of some, which ones fail, when,
 * how often, and with what error. Whatever they say: no crash, no leak,
 * bounded memory, each end told once, bytes in order, and no loop that spins.
 *
 * Four bytes are the seed, one the number of results, two each of these; the
 * rest is the world's. Behind the end all is the seed's.
 */
#include "fuzz.h"

#include "chaos/chaos.h"

#include <stdio.h>

#define FAILURES_MAX 16

/*
 * row: the next call of any host that fails. A result of the input is the
 * call, how many of it go well before, and the error; what failed asks for the
 * next one.
 */
typedef struct plans {
    fuzz_input results;
    duos_sim_failure row;
    uint64_t failed; /* of the row, so far */
    duos_sim_failure failures[FAILURES_MAX];
} plans;

static void adjust(chaos_world *w, void *user)
{
    (void)user;
    w->plan.lax = true;
    w->plan.end_ms = 400;
    w->plan.guests = 1 + w->plan.guests % 8;
}

/* DUOS_OK: what such a call is most known for. */
static const duos_err errors[] = {
    DUOS_OK,         DUOS_EMFILE,     DUOS_ENOMEM,      DUOS_ENOBUFS,
    DUOS_EIO,        DUOS_ECONNRESET, DUOS_EWOULDBLOCK, DUOS_EINTERRUPTED,
    DUOS_EBADF,      DUOS_EINVAL,     DUOS_EPIPE,       DUOS_ENOTCONN,
    DUOS_EOPNOTSUPP, DUOS_EACCES,     DUOS_ETIMEDOUT,   DUOS_ENETDOWN};
#define ERRORS (sizeof errors / sizeof errors[0])

/* Those that worlds make again and again, so that no row waits for ever. */
static const uint32_t calls[] = {
    DUOS_SIM_ANY_CALL,         DUOS_SIM_CALL_ACCEPT,
    DUOS_SIM_CALL_SEND,        DUOS_SIM_CALL_RECV,
    DUOS_SIM_CALL_SENDV,       DUOS_SIM_CALL_SENDTO,
    DUOS_SIM_CALL_RECVFROM,    DUOS_SIM_CALL_OPEN,
    DUOS_SIM_CALL_CONNECT,     DUOS_SIM_CALL_TAKE_ERROR,
    DUOS_SIM_CALL_SHUTDOWN,    DUOS_SIM_CALL_CLOSE,
    DUOS_SIM_CALL_POLLER_ADD,  DUOS_SIM_CALL_POLLER_MOD,
    DUOS_SIM_CALL_POLLER_WAIT, DUOS_SIM_CALL_OPT_SET};

static void next_result(plans *p)
{
    p->row.first = UINT64_MAX;
    if (p->results.left > 0) {
        uint8_t how;

        /* of sixteen calls, and of sixteen errors */
        p->row.call = calls[fuzz_byte(&p->results) % 16];
        how = fuzz_byte(&p->results);
        p->row.first = p->row.calls + 1 + how / 16;
        p->row.err = errors[how % 16];
    }
}

static void on_trace(const duos_sim_record *record, void *user)
{
    plans *p = (plans *)user;

    if (record->kind == DUOS_SIM_FAIL && p->row.failed > p->failed) {
        p->failed = p->row.failed;
        next_result(p);
    }
}

/* Of the plans that are due the newest decides, so the row is the last. */
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
        failure->err = errors[chaos_below(w, ERRORS)];
        chaos_check(w, duos_sim_fail(w->sim, failure) == DUOS_OK, "plan",
                    DUOS_OK);
    }
    next_result(p);
    chaos_check(w, duos_sim_fail(w->sim, &p->row) == DUOS_OK, "row", DUOS_OK);
}

/* The results that the input has; what is left of it is the world's. */
static fuzz_input take_results(fuzz_input *in)
{
    size_t size = 2 * (size_t)fuzz_byte(in);
    fuzz_input results = *in;

    results.left = size < in->left ? size : in->left;
    in->at += results.left;
    in->left -= results.left;
    return results;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static chaos_totals totals;
    fuzz_input in = {data, size};
    chaos_setup setup;
    const char *failure;
    plans p;

    memset(&setup, 0, sizeof setup);
    memset(&p, 0, sizeof p);
    setup.seed = (uint64_t)fuzz_u16(&in) << 16;
    setup.seed |= fuzz_u16(&in);
    p.results = take_results(&in);
    setup.bytes = in.at;
    setup.len = in.left;
    setup.totals = &totals;
    setup.on_trace = on_trace;
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
