/* SPDX-License-Identifier: MIT */
/*
 * server_address.c - a chained hash table from addresses to numbers of
 * clients. An IPv4 address is kept as the IPv4-mapped one, an IPv6 address
 * without the bits behind its prefix.
 */
#include "server_address.h"

#include <string.h>

#include "mapped.h"
#include "mem.h"
#include "siphash.h"
#include "sys.h"

#define FEWEST_BUCKETS 16u

/* What is counted as one. */
typedef struct address_key {
    uint8_t ip[16];
    uint32_t scope;
} address_key;

/* Its slot's link is the next one of its bucket, its index + 1. */
typedef struct address_entry {
    duos__slot slot;
    address_key key;
    uint32_t clients;
} address_entry;

duos_err duos__addresses_init(duos__addresses *table, uint32_t limit,
                              uint32_t prefix_v6, const duos_alloc *alloc)
{
    duos__slots_init(&table->entries, sizeof(address_entry), alloc);
    table->limit = limit;
    table->prefix_v6 = prefix_v6;
    return limit == 0 ? DUOS_OK : sys_random(table->seed, sizeof table->seed);
}

void duos__addresses_fini(duos__addresses *table)
{
    duos__free(table->entries.alloc, table->buckets,
               table->bucket_count * sizeof *table->buckets);
    duos__slots_fini(&table->entries);
}

/* ---- keys ------------------------------------------------------------- */

static void cut(uint8_t *ip, uint32_t bits)
{
    uint32_t whole = bits / 8;

    if (bits < 128) {
        ip[whole] &= (uint8_t)(0xff00u >> bits % 8);
        memset(ip + whole + 1, 0, 15 - whole);
    }
}

/* False for what has no address that could be counted. */
static bool read_key(const duos__addresses *table, const duos_addr *peer,
                     address_key *key)
{
    memset(key, 0, sizeof *key);
    if (peer->family == DUOS_IPV4) {
        duos__map(key->ip, peer->ip.v4);
    } else if (peer->family == DUOS_IPV6) {
        memcpy(key->ip, peer->ip.v6, 16);
        if (!duos__is_mapped(key->ip)) {
            cut(key->ip, table->prefix_v6);
            key->scope = peer->scope;
        }
    } else {
        return false;
    }
    return true;
}

static uint32_t hash(const duos__addresses *table, const address_key *key)
{
    return (uint32_t)duos__siphash(table->seed, key, sizeof *key);
}

/* ---- the table -------------------------------------------------------- */

static address_entry *entry_at(const duos__addresses *table, uint32_t name)
{
    return (address_entry *)duos__slots_at(&table->entries, name - 1,
                                           sizeof(address_entry));
}

/* Where the chain of a key begins; there are buckets. */
static uint32_t *bucket_of(const duos__addresses *table, const address_key *key)
{
    return &table->buckets[hash(table, key) & (table->bucket_count - 1)];
}

static uint32_t find_entry(const duos__addresses *table, const address_key *key)
{
    uint32_t name = table->bucket_count > 0 ? *bucket_of(table, key) : 0;

    while (name != 0 &&
           memcmp(&entry_at(table, name)->key, key, sizeof *key) != 0) {
        name = entry_at(table, name)->slot.link;
    }
    return name;
}

static void link_entry(const duos__addresses *table, uint32_t name)
{
    address_entry *entry = entry_at(table, name);
    uint32_t *bucket = bucket_of(table, &entry->key);

    entry->slot.link = *bucket;
    *bucket = name;
}

static void link_chain(const duos__addresses *table, uint32_t name)
{
    while (name != 0) {
        uint32_t next = entry_at(table, name)->slot.link;

        link_entry(table, name);
        name = next;
    }
}

/* One bucket per entry, if there is memory for that; fewer do as well. */
static duos_err grow_table(duos__addresses *table)
{
    const duos_alloc *alloc = table->entries.alloc;
    uint32_t *old = table->buckets;
    uint32_t old_count = table->bucket_count;
    uint32_t count = old_count > 0 ? old_count * 2 : FEWEST_BUCKETS;
    uint32_t *buckets;
    uint32_t i;

    if (table->entries.live < old_count) {
        return DUOS_OK;
    }
    buckets = (uint32_t *)duos__new(alloc, count * sizeof *buckets);
    if (buckets == NULL) {
        return old_count > 0 ? DUOS_OK : DUOS_ENOMEM;
    }
    table->buckets = buckets;
    table->bucket_count = count;
    for (i = 0; i < old_count; i++) {
        link_chain(table, old[i]);
    }
    duos__free(alloc, old, old_count * sizeof *old);
    return DUOS_OK;
}

static duos_err add_entry(duos__addresses *table, const address_key *key,
                          uint32_t *name)
{
    uint32_t index;
    duos_err err = grow_table(table);

    if (err == DUOS_OK) {
        err = duos__slots_add(&table->entries, &index);
    }
    if (err == DUOS_OK) {
        *name = index + 1;
        entry_at(table, *name)->key = *key;
        entry_at(table, *name)->clients = 0;
        link_entry(table, *name);
    }
    return err;
}

duos_err duos__addresses_enter(duos__addresses *table, const duos_addr *peer,
                               uint32_t *entry)
{
    address_key key;
    uint32_t name;
    duos_err err = DUOS_OK;

    *entry = 0;
    if (table->limit == 0 || !read_key(table, peer, &key)) {
        return DUOS_OK;
    }
    name = find_entry(table, &key);
    if (name == 0) {
        err = add_entry(table, &key, &name);
    } else if (entry_at(table, name)->clients >= table->limit) {
        err = DUOS_EUSERS;
    }
    if (err == DUOS_OK) {
        entry_at(table, name)->clients++;
        *entry = name;
    }
    return err;
}

void duos__addresses_leave(duos__addresses *table, uint32_t entry)
{
    uint32_t *link;

    if (entry == 0 || --entry_at(table, entry)->clients > 0) {
        return;
    }
    link = bucket_of(table, &entry_at(table, entry)->key);
    while (*link != entry) {
        link = &entry_at(table, *link)->slot.link;
    }
    *link = entry_at(table, entry)->slot.link;
    duos__slots_del(&table->entries, entry - 1);
}
