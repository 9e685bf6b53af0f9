/* SPDX-License-Identifier: MIT */
/*
 * clock.c - the least that a test on the simulator does: an hour goes by in
 * no time.
 */
#include <duosock/duosock.h>
#include <duosock/sim.h>

int main(void)
{
    duos_sim *sim = NULL;
    uint32_t host;
    uint64_t passed = 0;

    if (duos_sim_create(NULL, &sim) == DUOS_OK &&
        duos_sim_add_host(sim, &host) == DUOS_OK &&
        duos_sim_set_host(sim, host) == DUOS_OK &&
        duos_select(NULL, NULL, NULL, 3600000, NULL) == DUOS_OK) {
        passed = duos_sim_now_ns(sim) / 1000000;
    }
    (void)duos_sim_destroy(sim);
    return passed != 3600000;
}
