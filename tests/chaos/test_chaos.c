/* SPDX-License-Identifier: MIT */
/*
 * test_chaos.c - ten thousand worlds (CHAOS_RUNS), one for each seed, and
 * what they reached together. DUOSOCK_SIM_SEED=n lives world n alone and
 * writes its trace to stderr.
 */
#include <stdlib.h>

#include "chaos.h"
#include "support/check.h"

/* Each fault must have happened so often. */
#define LEAST 100

/* Of the first so many; changes with all that library, simulator or worlds do
 * otherwise, and must be the same on every system. */
#define MARKED      200
#define FINGERPRINT UINT64_C(0x526113e0ba1a11b8)

static chaos_totals totals;

static void print_record(const duos_sim_record *record, void *user)
{
    char line[DUOS_SIM_RECORD_TEXT_MAX];

    (void)user;
    if (duos_sim_record_text(record, line, sizeof line) == DUOS_OK) {
        (void)fprintf(stderr, "%s\n", line);
    }
}

static void live(uint64_t seed, bool loud)
{
    chaos_setup setup;
    const char *failure;

    memset(&setup, 0, sizeof setup);
    setup.seed = seed;
    setup.totals = &totals;
    setup.on_trace = loud ? print_record : NULL;
    failure = chaos_run(&setup);
    if (failure != NULL) {
        fail_msg("DUOSOCK_SIM_SEED=%lu: %s", (unsigned long)seed, failure);
    }
}

static void test_chaos_many_worlds_all_rules_hold(void **state)
{
    const char *only = getenv("DUOSOCK_SIM_SEED");
    const char *missing;
    uint64_t mark = 0;
    uint64_t seed;

    (void)state;
    if (only != NULL) {
        if (duos_sim_seed(only, &seed) != DUOS_OK) {
            fail_msg("DUOSOCK_SIM_SEED: not a seed: %s", only);
        }
        live(seed, true);
        return;
    }
    for (seed = 1; seed <= CHAOS_RUNS; seed++) {
        live(seed, false);
        if (seed == MARKED) {
            mark = totals.hash;
        }
    }
    chaos_totals_print(&totals);
    missing = chaos_totals_missing(&totals, LEAST);
    if (missing != NULL) {
        fail_msg("too seldom: %s", missing);
    }
    if (mark != FINGERPRINT) {
        fail_msg("the worlds have changed: fingerprint 0x%08lx%08lx",
                 (unsigned long)(mark >> 32),
                 (unsigned long)(mark & 0xffffffffu));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chaos_many_worlds_all_rules_hold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
