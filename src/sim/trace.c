/* SPDX-License-Identifier: MIT */
/*
 * trace.c - the log of a run, and its fingerprint.
 *
 * The fingerprint is FNV-1a over the fields of each record as little-endian
 * bytes of fixed width; nothing else goes in, so it is equal on all systems.
 */
#include "sim_internal.h"

#define FNV_OFFSET UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME  UINT64_C(0x100000001b3)

static uint64_t hash_bytes(uint64_t hash, uint64_t value, unsigned count)
{
    while (count-- > 0) {
        hash = (hash ^ (value & 0xff)) * FNV_PRIME;
        value >>= 8;
    }
    return hash;
}

void duos__sim_trace_init(duos_sim *sim)
{
    sim->hash = hash_bytes(FNV_OFFSET, sim->config.seed, 8);
}

void duos__sim_trace(duos_sim *sim, duos_sim_kind kind, uint32_t host,
                     uint32_t socket, int64_t result)
{
    duos_sim_record record;

    record.time_ns = sim->now_ns;
    record.kind = (uint32_t)kind;
    record.host = host;
    record.socket = socket;
    record.result = (int32_t)result;
    sim->hash = hash_bytes(sim->hash, record.time_ns, 8);
    sim->hash = hash_bytes(sim->hash, record.kind, 4);
    sim->hash = hash_bytes(sim->hash, record.host, 4);
    sim->hash = hash_bytes(sim->hash, record.socket, 4);
    sim->hash = hash_bytes(sim->hash, (uint32_t)record.result, 4);
    if (sim->config.on_trace != NULL) {
        sim->config.on_trace(&record, sim->config.user);
    }
}

uint64_t duos_sim_trace_hash(const duos_sim *sim)
{
    return sim != NULL ? sim->hash : 0;
}

const char *duos_sim_kind_name(uint32_t kind)
{
    static const char *const names[] = {
        "unknown", "turn",     "open",   "bind",     "listen", "connect",
        "accept",  "send",     "recv",   "shutdown", "close",  "arrive",
        "jump",    "deadlock", "lookup", "quit",     "input"};

    return names[kind < sizeof names / sizeof names[0] ? kind : 0];
}
