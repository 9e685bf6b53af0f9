/* SPDX-License-Identifier: MIT */
/*
 * test_server_address.c - the table of clients per address: what counts as
 * one address, and what it does when it grows, shrinks or finds no memory.
 */
#include "support/check.h"
#include "support/failing_alloc.h"

#include <string.h>

#include "server_address.h"

typedef struct desk {
    failing_alloc memory;
    duos__addresses table;
} desk;

static void desk_open(desk *d, uint32_t limit, uint32_t prefix)
{
    memset(d, 0, sizeof *d);
    failing_alloc_init(&d->memory);
    assert_ok(duos__addresses_init(&d->table, limit, prefix, &d->memory.alloc));
}

static void desk_close(desk *d)
{
    duos__addresses_fini(&d->table);
    assert_all_freed(&d->memory);
}

static duos_addr addr(const char *text)
{
    duos_addr a;

    assert_ok(duos_addr_parse(text, &a));
    return a;
}

/* The name of the entry, not 0. */
static uint32_t enter(desk *d, const char *text)
{
    duos_addr a = addr(text);
    uint32_t entry = 0;

    assert_ok(duos__addresses_enter(&d->table, &a, &entry));
    assert_true(entry != 0);
    return entry;
}

static duos_err try_enter(desk *d, const char *text)
{
    duos_addr a = addr(text);
    uint32_t entry;

    return duos__addresses_enter(&d->table, &a, &entry);
}

static void test_LO3_an_address_is_counted_whatever_its_port(void **state)
{
    desk d;
    uint32_t first;

    (void)state;
    desk_open(&d, 2, 64);
    first = enter(&d, "192.0.2.1:1");
    assert_int_equal(enter(&d, "192.0.2.1:2"), first);
    assert_int_equal(try_enter(&d, "192.0.2.1:3"), DUOS_EUSERS);
    assert_true(enter(&d, "192.0.2.2:1") != first);
    duos__addresses_leave(&d.table, first);
    assert_int_equal(enter(&d, "192.0.2.1:4"), first);
    assert_int_equal(try_enter(&d, "192.0.2.1:5"), DUOS_EUSERS);
    desk_close(&d);
}

static void test_LO3_an_ipv4_mapped_address_is_the_ipv4_address(void **state)
{
    desk d;

    (void)state;
    desk_open(&d, 9, 64);
    assert_int_equal(enter(&d, "[::ffff:192.0.2.1]:1"),
                     enter(&d, "192.0.2.1:1"));
    assert_true(enter(&d, "[::ffff:192.0.2.2]:1") != enter(&d, "192.0.2.1:1"));
    desk_close(&d);
}

/* Two addresses that agree in bits - 1 bits, and two that do in bits. */
static void check_prefix(uint32_t bits, const char *text, const char *same,
                         const char *other)
{
    desk d;

    desk_open(&d, 9, bits);
    if (same != NULL) {
        assert_int_equal(enter(&d, text), enter(&d, same));
    }
    assert_true(enter(&d, text) != enter(&d, other));
    desk_close(&d);
}

static void test_LO3_ipv6_addresses_of_one_prefix_are_one(void **state)
{
    (void)state;
    check_prefix(64, "[2001:db8::1]:1", "[2001:db8::ffff:0:0:1]:1",
                 "[2001:db8:0:1::1]:1");
    check_prefix(57, "[2001:db8:0:80::]:1", "[2001:db8:0:ff::]:1",
                 "[2001:db8::]:1");
    check_prefix(127, "[2001:db8::2]:1", "[2001:db8::3]:1", "[2001:db8::1]:1");
    check_prefix(128, "[2001:db8::2]:1", NULL, "[2001:db8::3]:1");
    check_prefix(1, "[2001:db8::]:1", "[7fff::]:1", "[8000::]:1");
    check_prefix(64, "[fe80::1%1]:1", "[fe80::2%1]:1", "[fe80::1%2]:1");
}

static void test_who_is_not_counted_has_no_entry(void **state)
{
    duos_addr unknown;
    uint32_t entry = 7;
    desk d;

    (void)state;
    desk_open(&d, 1, 64);
    assert_ok(duos_addr_unix("/tmp/x", 6, &unknown));
    assert_ok(duos__addresses_enter(&d.table, &unknown, &entry));
    assert_int_equal(entry, 0);
    duos__addresses_leave(&d.table, 0);
    desk_close(&d);

    desk_open(&d, 0, 64); /* no limit */
    unknown = addr("192.0.2.1:1");
    assert_ok(duos__addresses_enter(&d.table, &unknown, &entry));
    assert_int_equal(entry, 0);
    assert_int_equal(d.memory.requests, 0);
    desk_close(&d);
}

/* ---- many ------------------------------------------------------------- */

#define MANY 3000u

static duos_addr numbered(uint32_t number)
{
    return duos_addr_ipv4(10, 0, (uint8_t)(number >> 8), (uint8_t)number, 1);
}

static void fill(desk *d, uint32_t *entries)
{
    uint32_t i;

    for (i = 0; i < MANY; i++) {
        duos_addr a = numbered(i);

        assert_ok(duos__addresses_enter(&d->table, &a, &entries[i]));
    }
}

/* The links of all chains; each entry is in one of them. */
static void test_addresses_by_the_thousand_are_found_and_forgotten(void **state)
{
    static uint32_t entries[MANY];
    size_t bytes = 0;
    uint32_t i;
    int round;
    desk d;

    (void)state;
    desk_open(&d, 1, 64);
    for (round = 0; round < 3; round++) {
        fill(&d, entries);
        assert_int_equal(d.table.entries.live, MANY);
        assert_true(d.table.bucket_count >= MANY);
        if (round == 0) {
            bytes = d.memory.bytes;
        }
        assert_int_equal(d.memory.bytes, bytes); /* it does not creep */
        for (i = 0; i < MANY; i++) {
            duos_addr a = numbered(i);
            uint32_t entry;

            assert_int_equal(duos__addresses_enter(&d.table, &a, &entry),
                             DUOS_EUSERS);
        }
        for (i = 0; i < MANY; i++) {
            duos__addresses_leave(&d.table, entries[(i * 7 + 5) % MANY]);
        }
        assert_int_equal(d.table.entries.live, 0);
    }
    for (i = 0; i < d.table.bucket_count; i++) {
        assert_int_equal(d.table.buckets[i], 0);
    }
    desk_close(&d);
}

/* Two tables do not agree about where an address belongs. */
static void test_addresses_are_spread_by_a_seed_of_their_own(void **state)
{
    desk one, two;

    (void)state;
    desk_open(&one, 1, 64);
    desk_open(&two, 1, 64);
    assert_memory_not_equal(one.table.seed, two.table.seed,
                            sizeof one.table.seed);
    desk_close(&one);
    desk_close(&two);
}

/* Also when growing fails: then there are more in a chain. */
static void test_ME1_addresses_without_memory_are_refused(void **state)
{
    static uint32_t entries[MANY];
    duos_addr a = numbered(1);
    size_t k;
    desk d;

    (void)state;
    for (k = 1; k <= 3; k++) { /* buckets, a page, the list of pages */
        desk_open(&d, 1, 64);
        failing_alloc_arm(&d.memory, k, true);
        assert_int_equal(duos__addresses_enter(&d.table, &a, &entries[0]),
                         DUOS_ENOMEM);
        assert_int_equal(entries[0], 0);
        failing_alloc_arm(&d.memory, 0, false);
        assert_ok(duos__addresses_enter(&d.table, &a, &entries[0]));
        desk_close(&d);
    }
    desk_open(&d, 1, 64);
    for (k = 0; k < 16; k++) {
        a = numbered((uint32_t)k);
        assert_ok(duos__addresses_enter(&d.table, &a, &entries[k]));
    }
    failing_alloc_arm(&d.memory, 1, true);
    a = numbered(16);
    assert_ok(duos__addresses_enter(&d.table, &a, &entries[16]));
    assert_true(failing_alloc_struck(&d.memory));
    assert_int_equal(d.table.bucket_count, 16);
    assert_int_equal(duos__addresses_enter(&d.table, &a, &entries[17]),
                     DUOS_EUSERS);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_LO3_an_address_is_counted_whatever_its_port),
        cmocka_unit_test(test_LO3_an_ipv4_mapped_address_is_the_ipv4_address),
        cmocka_unit_test(test_LO3_ipv6_addresses_of_one_prefix_are_one),
        cmocka_unit_test(test_who_is_not_counted_has_no_entry),
        cmocka_unit_test(
            test_addresses_by_the_thousand_are_found_and_forgotten),
        cmocka_unit_test(test_addresses_are_spread_by_a_seed_of_their_own),
        cmocka_unit_test(test_ME1_addresses_without_memory_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
