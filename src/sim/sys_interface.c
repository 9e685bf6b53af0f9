/* SPDX-License-Identifier: MIT */
/*
 * sys_interface.c - the interfaces of a simulated host: lo, and eth0 with the
 * addresses by which others reach it.
 */
#include <string.h>

#include "sim_internal.h"

static const char *const names[SIM_INTERFACES] = {"lo", "eth0"};

duos_err sys_interface_index(const char *name, uint32_t *index)
{
    duos_err err = duos__sim_host_call(DUOS_SIM_CALL_INTERFACE_INDEX);
    uint32_t i;

    if (err != DUOS_OK) {
        return err;
    }
    for (i = 0; i < SIM_INTERFACES; i++) {
        if (strcmp(names[i], name) == 0) {
            *index = i + 1;
            return DUOS_OK;
        }
    }
    return DUOS_ENOENT;
}

duos_err sys_interface_name(uint32_t index, char *name)
{
    duos_err err = duos__sim_host_call(DUOS_SIM_CALL_INTERFACE_NAME);

    if (err != DUOS_OK) {
        return err;
    }
    if (index < 1 || index > SIM_INTERFACES) {
        return DUOS_ENOENT;
    }
    memcpy(name, names[index - 1], strlen(names[index - 1]) + 1);
    return DUOS_OK;
}

static void fill(uint32_t host, uint32_t index, duos_family family,
                 duos_interface *out)
{
    memset(out, 0, sizeof *out);
    memcpy(out->name, names[index - 1], strlen(names[index - 1]) + 1);
    out->index = index;
    out->up = true;
    out->loopback = index == SIM_LOOPBACK;
    if (out->loopback) {
        out->addr = duos_addr_loopback(family, 0);
        out->prefix = family == DUOS_IPV4 ? 8 : 128;
    } else {
        out->addr = duos_sim_addr(host, family, 0);
        out->prefix = family == DUOS_IPV4 ? 24 : 64;
    }
}

duos_err sys_interfaces(duos_interface *list, size_t cap, size_t *count)
{
    static const duos_family families[] = {DUOS_IPV4, DUOS_IPV6};
    const duos_sim *sim = duos__sim_current();
    size_t i;
    duos_err err;

    if (sim == NULL || sim->host == 0) {
        return DUOS_ENOTREADY;
    }
    err = duos__sim_host_call(DUOS_SIM_CALL_INTERFACES);
    if (err != DUOS_OK) {
        return err;
    }
    for (i = 0; i < 2 * SIM_INTERFACES && i < cap; i++) {
        fill(sim->host, (uint32_t)i / 2 + 1, families[i % 2], &list[i]);
    }
    *count = 2 * SIM_INTERFACES;
    return DUOS_OK;
}
