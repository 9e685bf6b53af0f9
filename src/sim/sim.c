/* SPDX-License-Identifier: MIT */
/*
 * sim.c - the life of a simulation, and its hosts.
 *
 * Verbs of the seam carry no context, so the simulation they act on is
 * ambient: the one static variable of the library stands here.
 */
#include <string.h>

#include "mem.h"
#include "versioned.h"
#include "sim_internal.h"

#define BUFFER_MAX (16u * 1024 * 1024)

static duos_sim *current;

duos_sim *duos__sim_current(void)
{
    return current;
}

void(duos_sim_config_init)(duos_sim_config *config, size_t size)
{
    duos_sim_config known;

    memset(&known, 0, sizeof known);
    known.seed = 1;
    known.latency_min_us = 10;
    known.latency_max_us = 200;
    known.buffer = 64 * 1024;
    duos__versioned_init(config, size, &known, sizeof known);
}

static bool chances_fit(const duos_sim_config *config)
{
    uint32_t i;

    for (i = 0; i < DUOS_SIM_FAULT_COUNT; i++) {
        if (config->faults[i] > 1000) {
            return false;
        }
    }
    return true;
}

static duos_err read_config(duos_sim_config *chosen,
                            const duos_sim_config *config)
{
    duos_sim_config_init(chosen);
    if (config != NULL &&
        !duos__versioned_copy(chosen, sizeof *chosen, config)) {
        return DUOS_EINVAL;
    }
    if (!chances_fit(chosen) || chosen->latency_max_us > SIM_LATENCY_MAX_US ||
        chosen->latency_min_us > chosen->latency_max_us ||
        chosen->buffer == 0 || chosen->buffer > BUFFER_MAX) {
        return DUOS_ERANGE;
    }
    if (chosen->alloc == NULL) {
        chosen->alloc = duos_alloc_default();
    }
    return DUOS_OK;
}

duos_err duos_sim_create(const duos_sim_config *config, duos_sim **out)
{
    duos_sim_config chosen;
    duos_sim *sim;
    duos_err err;

    if (out == NULL) {
        return DUOS_EINVAL;
    }
    err = read_config(&chosen, config);
    if (err != DUOS_OK) {
        return err;
    }
    if (current != NULL) {
        return DUOS_EBUSY;
    }
    sim = (duos_sim *)duos__new(chosen.alloc, sizeof *sim);
    if (sim == NULL) {
        return DUOS_ENOMEM;
    }
    sim->config = chosen;
    sim->alloc = *chosen.alloc;
    sim->rng = chosen.seed;
    sim->looked_ns = SIM_NEVER;
    duos__sim_trace_init(sim);
    current = sim;
    *out = sim;
    return DUOS_OK;
}

/* Without a word to the peers: nobody is left who could hear it. */
static void free_network(duos_sim *sim)
{
    sim->ending = true;
    while (sim->first_socket != NULL) {
        duos__sim_dgram_close(sim->first_socket);
        duos__sim_socket_free(sim->first_socket);
    }
    duos__sim_flying_fini(sim);
    duos__sim_files_fini(sim);
    duos__sim_rests_fini(sim);
    while (sim->conns != NULL) {
        duos__sim_conn_free(sim, sim->conns);
    }
    duos__sim_event_fini(sim);
    duos__free(&sim->alloc, sim->sockets,
               sim->socket_room * sizeof *sim->sockets);
}

duos_err duos_sim_destroy(duos_sim *sim)
{
    duos_alloc alloc;

    if (sim == NULL) {
        return DUOS_OK;
    }
    if (sim->running || sim->steps_within > 0) {
        return DUOS_EBUSY;
    }
    current = NULL;
    duos__sim_tasks_fini(sim);
    duos__sim_names_fini(sim);
    free_network(sim);
    duos__sim_steps_fini(sim);
    duos__sim_process_fini(sim);
    duos__free(&sim->alloc, sim->members,
               sim->member_room * sizeof *sim->members);
    alloc = sim->alloc;
    duos__free(&alloc, sim, sizeof *sim);
    return DUOS_OK;
}

/* ---- hosts ------------------------------------------------------------ */

static void use_ports(duos_sim *sim, sim_host *host, uint16_t min, uint16_t max)
{
    host->port_min = min;
    host->port_max = max;
    host->next_port =
        (uint16_t)(min + duos__sim_below(sim, (uint32_t)max - min + 1));
}

duos_err duos_sim_add_host(duos_sim *sim, uint32_t *host)
{
    if (sim == NULL || host == NULL) {
        return DUOS_EINVAL;
    }
    if (sim->hosts == DUOS_SIM_HOSTS_MAX) {
        return DUOS_ELIMIT;
    }
    sim->hosts++;
    sim->host_of[sim->hosts].limit = DUOS_SIM_UNLIMITED;
    use_ports(sim, &sim->host_of[sim->hosts], SIM_PORT_MIN, SIM_PORT_MAX);
    *host = sim->hosts;
    return DUOS_OK;
}

duos_addr duos_sim_addr(uint32_t host, duos_family family, uint16_t port)
{
    uint8_t v6[16] = {0xfd};
    duos_addr none;

    if (host > 0 && host <= DUOS_SIM_HOSTS_MAX) {
        if (family == DUOS_IPV4) {
            return duos_addr_ipv4(10, 0, 0, (uint8_t)host, port);
        }
        if (family == DUOS_IPV6) {
            v6[15] = (uint8_t)host;
            return duos_addr_ipv6(v6, port);
        }
    }
    memset(&none, 0, sizeof none);
    return none;
}

duos_err duos_sim_set_host(duos_sim *sim, uint32_t host)
{
    if (sim == NULL) {
        return DUOS_EINVAL;
    }
    if (host == 0 || host > sim->hosts) {
        return DUOS_ENOENT;
    }
    sim->host = host;
    return DUOS_OK;
}

/* ---- where there is an end --------------------------------------------- */

duos_err duos_sim_set_descriptors(duos_sim *sim, uint32_t host, uint32_t limit)
{
    if (sim == NULL) {
        return DUOS_EINVAL;
    }
    if (host == 0 || host > sim->hosts) {
        return DUOS_ENOENT;
    }
    sim->host_of[host].limit = limit;
    return DUOS_OK;
}

duos_err duos_sim_set_ports(duos_sim *sim, uint32_t host, uint16_t min,
                            uint16_t max)
{
    if (sim == NULL || min == 0 || min > max) {
        return DUOS_EINVAL;
    }
    if (host == 0 || host > sim->hosts) {
        return DUOS_ENOENT;
    }
    use_ports(sim, &sim->host_of[host], min, max);
    return DUOS_OK;
}

uint32_t duos_sim_descriptors(const duos_sim *sim, uint32_t host)
{
    return sim != NULL && host <= sim->hosts ? sim->host_of[host].open : 0;
}

/* ---- what it knows ---------------------------------------------------- */

uint64_t duos_sim_now_ns(const duos_sim *sim)
{
    return sim != NULL ? sim->now_ns : 0;
}

uint32_t duos_sim_sockets(const duos_sim *sim)
{
    return sim != NULL ? sim->socket_count : 0;
}
