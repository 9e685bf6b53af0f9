/* SPDX-License-Identifier: MIT */
/*
 * pass.c - sockets that travel through a unix stream, each with a byte. What
 * is received never reaches beyond the byte that brings the next one.
 */
#include "mem.h"
#include "sim_internal.h"

duos_err duos__sim_pass(duos_sim *sim, sim_wire *wire, sim_socket *sock)
{
    sim_passed **at = &wire->passed;
    sim_passed *passed = (sim_passed *)duos__new(&sim->alloc, sizeof *passed);

    if (passed == NULL) {
        return DUOS_ENOMEM;
    }
    while (*at != NULL) {
        at = &(*at)->next;
    }
    *at = passed;
    passed->position = wire->put;
    passed->sock = sock;
    sock->holds++;
    return DUOS_OK;
}

uint32_t duos__sim_pass_bound(const sim_wire *wire, uint32_t n)
{
    const sim_passed *passed = wire->passed;

    while (passed != NULL && passed->position <= wire->got) {
        passed = passed->next;
    }
    if (passed != NULL && passed->position - wire->got < n) {
        n = (uint32_t)(passed->position - wire->got);
    }
    return n;
}

sim_socket *duos__sim_pass_take(duos_sim *sim, sim_wire *wire)
{
    sim_passed *passed = wire->passed;
    sim_socket *sock;

    if (passed == NULL || passed->position > wire->got) {
        return NULL;
    }
    sock = passed->sock;
    wire->passed = passed->next;
    duos__free(&sim->alloc, passed, sizeof *passed);
    return sock;
}
