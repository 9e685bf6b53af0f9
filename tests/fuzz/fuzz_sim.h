/* SPDX-License-Identifier: MIT */
/*
 * fuzz_sim.h - hosts with a loop each, for targets on the simulator.
 */
#ifndef TEST_FUZZ_SIM_H
#define TEST_FUZZ_SIM_H

#include "fuzz.h"

#include <duosock/loop.h>
#include <duosock/sim.h>

/* Adds a host with its loop, and switches to it. recv_buffer: of the loop. */
static inline uint32_t fuzz_host(duos_sim *sim, size_t recv_buffer,
                                 duos_loop **loop)
{
    duos_loop_config config;
    uint32_t host = 0;

    fuzz_ok(duos_sim_add_host(sim, &host));
    fuzz_ok(duos_sim_set_host(sim, host));
    duos_loop_config_init(&config);
    config.ignore_env = true;
    config.recv_buffer = recv_buffer;
    fuzz_ok(duos_loop_create(&config, loop));
    fuzz_ok(duos_sim_add(sim, host, *loop));
    return host;
}

static inline void fuzz_host_end(duos_sim *sim, duos_loop *loop)
{
    duos_sim_remove(sim, loop);
    fuzz_ok(duos_loop_destroy(loop));
}

static inline void fuzz_sim_run(duos_sim *sim, int64_t limit_ms)
{
    duos_err err = duos_sim_run(sim, limit_ms);

    fuzz_operations++;
    fuzz_check(err == DUOS_ETIMEDOUT || err == DUOS_EDEADLOCK);
}

/* All sockets must have been closed. */
static inline void fuzz_sim_end(duos_sim *sim)
{
    fuzz_check(duos_sim_sockets(sim) == 0);
    fuzz_ok(duos_sim_destroy(sim));
}

#endif
