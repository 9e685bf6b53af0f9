/* SPDX-License-Identifier: MIT */
/*
 * trace.c - the log of a run, and its fingerprint.
 *
 * The fingerprint is FNV-1a over the fields of each record as little-endian
 * bytes of fixed width; nothing else goes in, so it is equal on all systems.
 */
#include "addr_text.h"
#include "sim_internal.h"

#define NS_PER_S 1000000000u

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

/* ---- for people ------------------------------------------------------- */

duos_err duos_sim_seed(const char *text, uint64_t *seed)
{
    duos__span s;
    uint64_t value;
    bool hex;

    if (text == NULL || seed == NULL) {
        return DUOS_EINVAL;
    }
    s = duos__span_of(text);
    hex = duos__span_take_word(&s, "0x");
    if (!duos__span_take_number(&s, hex ? 16 : 10, hex ? 16 : 19, &value) ||
        s.len > 0) {
        return DUOS_ESYNTAX;
    }
    *seed = value;
    return DUOS_OK;
}

/* Which socket, fault or call a record is about, behind a blank. */
static void put_subject(duos__text *t, const duos_sim_record *record)
{
    if (record->kind == DUOS_SIM_FAULT) {
        duos__put_char(t, ' ');
        duos__put_string(t,
                         duos_sim_fault_name((duos_sim_fault)record->socket));
    } else if (record->kind == DUOS_SIM_FAIL) {
        duos__put_char(t, ' ');
        duos__put_string(t, duos_sim_call_name((duos_sim_call)record->socket));
    } else if (record->socket != 0) {
        duos__put_string(t, " #");
        duos__put_number(t, record->socket, 10);
    }
}

static void put_result(duos__text *t, int32_t result)
{
    if (result < 0) {
        duos__put_string(t, duos_err_name(result));
    } else {
        duos__put_number(t, (uint32_t)result, 10);
    }
}

/* Seconds with nanoseconds, which are padded. */
static void put_time(duos__text *t, uint64_t ns)
{
    uint32_t rest = (uint32_t)(ns % NS_PER_S);
    uint32_t unit;

    duos__put_number(t, (uint32_t)(ns / NS_PER_S), 10);
    duos__put_char(t, '.');
    for (unit = NS_PER_S / 10; unit > 0; unit /= 10) {
        duos__put_char(t, (char)('0' + rest / unit % 10));
    }
}

duos_err duos_sim_record_text(const duos_sim_record *record, char *out,
                              size_t cap)
{
    char line[DUOS_SIM_RECORD_TEXT_MAX];
    duos__text t = {line, sizeof line, 0};

    if (record == NULL || out == NULL) {
        return DUOS_EINVAL;
    }
    put_time(&t, record->time_ns);
    duos__put_string(&t, " host ");
    duos__put_number(&t, record->host, 10);
    duos__put_char(&t, ' ');
    duos__put_string(&t, duos_sim_kind_name(record->kind));
    put_subject(&t, record);
    duos__put_string(&t, " = ");
    put_result(&t, record->result);
    return duos__text_finish(&t, out, cap);
}

const char *duos_sim_kind_name(uint32_t kind)
{
    static const char *const names[] = {
        "unknown", "turn", "open",     "bind",  "listen", "connect", "accept",
        "send",    "recv", "shutdown", "close", "arrive", "jump",    "deadlock",
        "lookup",  "quit", "input",    "fault", "fail"};

    return names[kind < sizeof names / sizeof names[0] ? kind : 0];
}
