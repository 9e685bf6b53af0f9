/* SPDX-License-Identifier: MIT */
/*
 * datagram_limit.c - the rules by which answers cannot harm others (faults
 * UD4 and UD5).
 *
 * A rate is one number: when the next answer would be due if they came evenly.
 * It may be ahead of the clock by a burst, and no further. Sources that meet in
 * an entry of the table share it: a table that forgets somebody in favour of
 * another could be made to forget.
 */
#include "datagram_limit.h"

#include <duosock/cidr.h>

#include <string.h>

#include "mem.h"
#include "route.h"
#include "siphash.h"
#include "sys_host.h"

#define NS_PER_S UINT64_C(1000000000)

/* ---- who is asked to answer whom -------------------------------------- */

/*
 * Besides those below first: services that answer, or are answered, without a
 * look at what they got: SQL browser, SSDP, WS-Discovery, mDNS, CoAP,
 * memcached, Source and Quake servers.
 */
static bool is_service(uint16_t port, uint16_t first)
{
    static const uint16_t known[] = {1434, 1900,  3702,  5353,
                                     5683, 11211, 27015, 27960};
    size_t i;

    for (i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (port == known[i]) {
            return true;
        }
    }
    return port < first;
}

/* The address without its port, IPv4 on IPv6 as what it stands for. */
static bool plain(const duos_addr *addr, duos_cidr *out)
{
    if (duos__route_to(addr) == DUOS_IPV4) {
        const uint8_t *v4 = duos__addr_bytes4(addr);
        duos_addr stands_for = duos_addr_ipv4(v4[0], v4[1], v4[2], v4[3], 0);

        return duos_cidr_from_addr(&stands_for, out) == DUOS_OK;
    }
    return duos_cidr_from_addr(addr, out) == DUOS_OK;
}

bool duos__is_one_host(const duos_addr *addr)
{
    static const uint8_t none[16];
    duos_cidr at;

    if (!plain(addr, &at)) {
        return addr->family == DUOS_UNIX && addr->path_len > 0;
    }
    if (at.family == DUOS_IPV4) {
        return at.bytes[0] != 0 && at.bytes[0] < 224;
    }
    return at.bytes[0] != 0xff && memcmp(at.bytes, none, sizeof none) != 0;
}

static bool is_good_source(const duos__question *q)
{
    bool has_port = q->peer->family == DUOS_UNIX || q->peer->port != 0;

    return !q->from_self && has_port && duos__is_one_host(q->peer) &&
           (q->local == NULL || duos__is_one_host(q->local));
}

/* ---- rates ------------------------------------------------------------ */

static bool take_turn(uint64_t *due_ns, uint32_t rate, uint32_t burst,
                      uint64_t now_ns)
{
    uint64_t apart = NS_PER_S / rate;
    uint64_t ahead = *due_ns > now_ns ? *due_ns - now_ns : 0;

    burst = burst != 0 ? burst : rate;
    if (ahead + apart > burst * apart) {
        return false;
    }
    *due_ns = now_ns + ahead + apart;
    return true;
}

/* The first bits of an address choose its entry. */
static uint64_t *entry_of(duos__limiter *limiter,
                          const duos_datagram_config *config, duos_cidr *at)
{
    unsigned bits = at->family == DUOS_IPV4 ? config->source_ipv4_bits
                                            : config->source_ipv6_bits;
    unsigned whole = bits / 8;
    uint64_t hash;

    at->bits = (uint8_t)bits;
    if (whole < sizeof at->bytes) {
        at->bytes[whole] &= (uint8_t)(0xff00u >> bits % 8);
        memset(at->bytes + whole + 1, 0, sizeof at->bytes - whole - 1);
    }
    hash = duos__siphash(limiter->key, at, sizeof *at);
    return &limiter->sources[hash % config->sources];
}

static duos__verdict judge_rates(duos__limiter *limiter,
                                 const duos_datagram_config *config,
                                 const duos_addr *peer, uint64_t now_ns)
{
    duos_cidr at;

    if (limiter->sources != NULL && plain(peer, &at) &&
        !take_turn(entry_of(limiter, config, &at), config->source_rate,
                   config->source_burst, now_ns)) {
        return DUOS__RATE;
    }
    if (config->total_rate != 0 &&
        !take_turn(&limiter->total, config->total_rate, config->total_burst,
                   now_ns)) {
        return DUOS__TOTAL;
    }
    return DUOS__ANSWER;
}

/* ---- the rules in their order ----------------------------------------- */

duos__verdict duos__limiter_judge(duos__limiter *limiter,
                                  const duos_datagram_config *config,
                                  const duos__question *q, uint64_t now_ns)
{
    if (!config->allow_any_source && !is_good_source(q)) {
        return DUOS__SOURCE;
    }
    if (config->service_ports != 0 && q->peer->family != DUOS_UNIX &&
        is_service(q->peer->port, config->service_ports)) {
        return DUOS__SERVICE;
    }
    if (!config->allow_longer && (q->answers > 0 || q->answer_len > q->len)) {
        return DUOS__LONGER;
    }
    return judge_rates(limiter, config, q->peer, now_ns);
}

static size_t table_size(const duos_datagram_config *config)
{
    return config->sources * sizeof(uint64_t);
}

duos_err duos__limiter_init(duos__limiter *limiter, const duos_alloc *alloc,
                            const duos_datagram_config *config)
{
    duos_err err;

    memset(limiter, 0, sizeof *limiter);
    if (config->source_rate == 0) {
        return DUOS_OK;
    }
    err = sys_random(limiter->key, sizeof limiter->key);
    if (err == DUOS_OK) {
        limiter->sources = (uint64_t *)duos__new(alloc, table_size(config));
        err = limiter->sources != NULL ? DUOS_OK : DUOS_ENOMEM;
    }
    return err;
}

void duos__limiter_fini(duos__limiter *limiter, const duos_alloc *alloc,
                        const duos_datagram_config *config)
{
    duos__free(alloc, limiter->sources, table_size(config));
    limiter->sources = NULL;
}
