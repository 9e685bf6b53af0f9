/* SPDX-License-Identifier: MIT */
/*
 * refuse_use.c - runs a use again and again, each time with another call
 * refused, until there is no call left.
 */
#include "support/refuse_use.h"

/* No use makes so many calls; if it does, the test is wrong. */
#define CALLS_MAX 2000

/* What a thread had is gone soon after it has ended. */
static bool is_more_open(size_t before)
{
    uint64_t begin = net_now();
    size_t now = 0;

    do {
        assert_true(os_count_handles(&now));
    } while (now > before && net_now() - begin < (uint64_t)2000 * 1000000);
    return now > before;
}

/* ENOENT: Windows cannot say which interface is meant. */
void assert_is_reason(duos_err err, const char *name)
{
    bool unknown = os_is_windows() && err == DUOS_ENOENT;

    if (err != DUOS_OK && err != refuse_code() && err != DUOS_ENOMEM &&
        err != DUOS_ENOTSUP && !unknown) {
        print_error("%s was refused with %s, and the library said %s\n", name,
                    duos_err_name(refuse_code()), duos_err_name(err));
        fail();
    }
}

/*
 * Refuses call after call, until all have been; returns how many there are.
 * Counting handles takes its time, so it is done for each call only once it
 * is known that one leaves something open.
 */
static unsigned refuse_each(use *what, refuse_how how, bool count)
{
    unsigned k;

    for (k = 1; k < CALLS_MAX; k++) {
        const char *name;
        size_t before = SIZE_MAX;
        duos_err err;

        assert_true(!count || os_count_handles(&before));
        refuse_begin(k, how, NULL);
        err = what();
        name = refuse_end();
        if (name == NULL) {
            assert_ok(err);
            return k - 1;
        }
        if (how == REFUSE_INTERRUPT) {
            check_err(DUOS_OK, err, name, __FILE__, __LINE__);
        }
        assert_is_reason(err, name);
        if (count && is_more_open(before)) {
            fail_msg("%s was refused, and something stayed open", name);
        }
    }
    fail_msg("more than %d calls", CALLS_MAX);
    return 0;
}

static unsigned bear(use *what, refuse_how how)
{
    size_t before;
    unsigned calls;

    assert_ok(what()); /* what a process makes once and keeps */
    assert_true(os_count_handles(&before));
    calls = refuse_each(what, how, false);
    if (is_more_open(before)) {
        (void)refuse_each(what, how, true);
        fail_msg("%s", "something stays open at times");
    }
    return calls;
}

void assert_bears_refusals(use *what)
{
    assert_true(bear(what, REFUSE_FOR_WANT) > 0);
}

void assert_bears_interruptions(use *what)
{
    if (os_is_windows()) {
        skip_because("no call is interrupted on this system");
    }
    assert_true(bear(what, REFUSE_INTERRUPT) > 0);
}

void close_both(duos_socket ends[2])
{
    (void)duos_close(&ends[0]);
    (void)duos_close(&ends[1]);
}

duos_err use_loop(duos_err (*watch)(duos_loop *loop))
{
    duos_loop_config config;
    duos_loop *loop;
    duos_err err;

    duos_loop_config_init(&config);
    config.ignore_env = true;
    err = duos_loop_create(&config, &loop);
    if (err != DUOS_OK) {
        return err;
    }
    err = watch(loop);
    if (err == DUOS_OK) {
        err = duos_loop_step(loop, 0);
    }
    duos_loop_destroy(loop);
    return err;
}
