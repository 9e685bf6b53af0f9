/* SPDX-License-Identifier: MIT */
/*
 * names.c - the simulated name service: a list of names and of answers, read
 * forwards and backwards, and the usual services.
 *
 * The answer is found at once. What it costs is noted as time that the task
 * has spent; sys_offload.c lets that time pass.
 */
#include <string.h>

#include "mem.h"
#include "sim_internal.h"

static char lower(char ch)
{
    return ch >= 'A' && ch <= 'Z' ? (char)(ch - 'A' + 'a') : ch;
}

static bool same_name(const char *a, const char *b)
{
    while (*a != '\0' && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

static sim_name *find(const duos_sim *sim, const char *name)
{
    sim_name *at = sim->names;

    while (at != NULL && !same_name(at->name, name)) {
        at = at->next;
    }
    return at;
}

/* ---- teaching it ------------------------------------------------------ */

static sim_name *find_or_make(duos_sim *sim, const char *name)
{
    sim_name *found = find(sim, name);

    if (found == NULL) {
        found = (sim_name *)duos__new(&sim->alloc, sizeof *found);
        if (found != NULL) {
            memcpy(found->name, name, strlen(name) + 1);
            found->err = DUOS_ENONAME;
            found->next = sim->names;
            sim->names = found;
        }
    }
    return found;
}

static duos_err set_addrs(duos_sim *sim, sim_name *name, const duos_addr *addrs,
                          size_t count)
{
    duos_addr *copy = NULL;

    if (count > 0) {
        copy = (duos_addr *)duos__resize(&sim->alloc, NULL, 0, count,
                                         sizeof *copy);
        if (copy == NULL) {
            return DUOS_ENOMEM;
        }
        memcpy(copy, addrs, count * sizeof *copy);
    }
    duos__free(&sim->alloc, name->addrs, name->count * sizeof *copy);
    name->addrs = copy;
    name->count = count;
    return DUOS_OK;
}

duos_err duos_sim_add_name(duos_sim *sim, const char *name, duos_err err,
                           const duos_addr *addrs, size_t count,
                           int64_t delay_ms)
{
    sim_name *entry;
    duos_err result;

    if (sim == NULL || name == NULL || err > DUOS_OK ||
        (addrs == NULL && count > 0)) {
        return DUOS_EINVAL;
    }
    if (strlen(name) >= sizeof entry->name) {
        return DUOS_ENAMETOOLONG;
    }
    entry = find_or_make(sim, name);
    if (entry == NULL) {
        return DUOS_ENOMEM;
    }
    result = set_addrs(sim, entry, addrs, count);
    if (result == DUOS_OK) {
        entry->err = err;
        entry->delay_ms = delay_ms;
    }
    return result;
}

void duos__sim_names_fini(duos_sim *sim)
{
    while (sim->names != NULL) {
        sim_name *name = sim->names;

        sim->names = name->next;
        duos__free(&sim->alloc, name->addrs, name->count * sizeof *name->addrs);
        duos__free(&sim->alloc, name, sizeof *name);
    }
}

/* ---- asking it -------------------------------------------------------- */

/* Those of the family, without their ports. */
static size_t select_addrs(const sim_name *name, duos_family family,
                           duos_addr *addrs, size_t cap)
{
    size_t n = 0;
    size_t i;

    for (i = 0; i < name->count && n < cap; i++) {
        if (family == DUOS_UNSPEC || family == name->addrs[i].family) {
            addrs[n] = name->addrs[i];
            addrs[n++].port = 0;
        }
    }
    return n;
}

/* What an answer costs, and how it is told. result: addresses, or an error. */
static void spend(duos_sim *sim, const sim_name *name, int64_t result)
{
    if (name != NULL) {
        uint64_t end = duos__sim_limit(sim, name->delay_ms);

        sim->spent_ns = end == SIM_NEVER ? end : end - sim->now_ns;
    }
    duos__sim_trace(sim, DUOS_SIM_LOOKUP, sim->host, 0, result);
}

duos_err sys_lookup(const char *host, duos_family family, duos_addr *addrs,
                    size_t cap, size_t *count)
{
    duos_sim *sim = duos__sim_current();
    const sim_name *name = find(sim, host);
    duos_err err = name != NULL ? name->err : DUOS_ENONAME;
    duos_err failed = duos__sim_host_call(DUOS_SIM_CALL_LOOKUP);
    size_t n = 0;

    if (failed != DUOS_OK) {
        return failed;
    }
    if (err == DUOS_OK) {
        n = select_addrs(name, family, addrs, cap);
        err = n > 0 ? DUOS_OK : DUOS_ENODATA;
    }
    spend(sim, name, err == DUOS_OK ? (int64_t)n : err);
    if (err == DUOS_OK) {
        *count = n;
    }
    return err;
}

static bool has_addr(const sim_name *name, const duos_addr *addr)
{
    size_t i;

    for (i = 0; i < name->count; i++) {
        duos_addr other = name->addrs[i];

        other.port = addr->port;
        if (duos_addr_equal(&other, addr)) {
            return true;
        }
    }
    return false;
}

duos_err sys_lookup_addr(const duos_addr *addr, char *name, size_t cap)
{
    duos_sim *sim = duos__sim_current();
    const sim_name *at = sim->names;
    duos_err err = duos__sim_host_call(DUOS_SIM_CALL_LOOKUP_ADDR);

    if (err != DUOS_OK) {
        return err;
    }
    while (at != NULL && !has_addr(at, addr)) {
        at = at->next;
    }
    err = at != NULL ? at->err : DUOS_ENONAME;
    if (err == DUOS_OK && strlen(at->name) >= cap) {
        err = DUOS_ENAMETOOLONG;
    }
    spend(sim, at, err == DUOS_OK ? 1 : err);
    if (err == DUOS_OK) {
        memcpy(name, at->name, strlen(at->name) + 1);
    }
    return err;
}

/* ---- services --------------------------------------------------------- */

/* The same by TCP and by UDP. */
static const struct service {
    const char *name;
    uint16_t port;
} services[] = {
    {"echo", 7},  {"discard", 9}, {"daytime", 13}, {"chargen", 19},
    {"time", 37}, {"domain", 53}, {"http", 80},    {"https", 443},
};

duos_err sys_lookup_service(const char *name, duos_type type, uint16_t *port)
{
    duos_err err = duos__sim_host_call(DUOS_SIM_CALL_LOOKUP_SERVICE);
    size_t i;

    (void)type;
    if (err != DUOS_OK) {
        return err;
    }
    for (i = 0; i < sizeof services / sizeof services[0]; i++) {
        if (same_name(services[i].name, name)) {
            *port = services[i].port;
            return DUOS_OK;
        }
    }
    return DUOS_ENOENT;
}
