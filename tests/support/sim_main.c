/* SPDX-License-Identifier: MIT */
/*
 * sim_main.c - runs a test that knows nothing of the simulator on a host of
 * its own: the main of the test goes by another name there. The variable
 * DUOSOCK_SKIP is a pattern of the tests that ask for a real system.
 */
#include <duosock/sim.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/check.h"

int simnet_main(void);

int main(void)
{
    duos_sim_config config;
    const char *skipped = getenv("DUOSOCK_SKIP");
    duos_sim *sim;
    uint32_t host;
    int failed;

    duos_sim_config_init(&config);
    if (duos_sim_seed(getenv("DUOSOCK_SIM_SEED"), &config.seed) != DUOS_OK) {
        config.seed = 1;
    }
    config.latency_min_us = config.latency_max_us = 0; /* it is all loopback */
    config.buffer = 256 * 1024;
    if (duos_sim_create(&config, &sim) != DUOS_OK ||
        duos_sim_add_host(sim, &host) != DUOS_OK ||
        duos_sim_set_host(sim, host) != DUOS_OK) {
        (void)fprintf(stderr, "no simulation\n");
        return 1;
    }
    if (skipped != NULL && *skipped != '\0') {
        cmocka_set_skip_filter(skipped);
    }
    failed = simnet_main();
    (void)duos_sim_destroy(sim);
    return failed;
}
