/* SPDX-License-Identifier: MIT */
/*
 * test_getifaddrs.c - what sys_interfaces makes of lists that this machine
 * does not have: interfaces without an address, without a mask, or none at
 * all. This program has its own getifaddrs; POSIX only.
 */
#define _GNU_SOURCE 1
#include "support/check.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

static struct ifaddrs entries[8];
static size_t entry_count;
static int failure;
static int given;
static int freed;

int getifaddrs(struct ifaddrs **out)
{
    size_t i;

    if (failure != 0) {
        errno = failure;
        return -1;
    }
    for (i = 0; i + 1 < entry_count; i++) {
        entries[i].ifa_next = &entries[i + 1];
    }
    *out = entry_count > 0 ? &entries[0] : NULL;
    given++;
    return 0;
}

void freeifaddrs(struct ifaddrs *list)
{
    (void)list;
    freed++;
}

static int setup(void **state)
{
    (void)state;
    memset(entries, 0, sizeof entries);
    entry_count = 0;
    failure = 0;
    given = freed = 0;
    return 0;
}

static struct ifaddrs *add(char *name, void *addr, void *mask, unsigned flags)
{
    struct ifaddrs *entry = &entries[entry_count++];

    entry->ifa_name = name;
    entry->ifa_addr = (struct sockaddr *)addr;
    entry->ifa_netmask = (struct sockaddr *)mask;
    entry->ifa_flags = flags;
    return entry;
}

static void test_interfaces_failure_is_told(void **state)
{
    duos_interface one;
    size_t count = 77;

    (void)state;
    failure = ENOMEM;
    assert_err(DUOS_ENOMEM, duos_interfaces(&one, 1, &count));
    failure = EMFILE;
    assert_err(DUOS_EMFILE, duos_interfaces(&one, 1, &count));
    assert_int_equal(count, 77);
    failure = 0;
    assert_ok(duos_interfaces(&one, 1, &count));
    assert_int_equal(count, 0);
    assert_int_equal(given, freed);
}

static void test_interfaces_without_an_address_come_once(void **state)
{
    static char idle[] = "idle", bare[] = "bare", busy[] = "busy";
    struct sockaddr link;
    struct sockaddr_in v4;
    duos_interface list[8];
    size_t count;

    (void)state;
    memset(&link, 0, sizeof link);
    link.sa_family = 77; /* of the link layer, say */
    memset(&v4, 0, sizeof v4);
    v4.sin_family = AF_INET;
    v4.sin_addr.s_addr = htonl(0x0a000001);
    (void)add(idle, &link, NULL, IFF_UP);
    (void)add(idle, &link, NULL, IFF_UP);
    (void)add(busy, &link, NULL, IFF_UP | IFF_RUNNING | IFF_MULTICAST);
    (void)add(bare, NULL, NULL, 0);
    (void)add(busy, &v4, NULL, IFF_UP | IFF_RUNNING | IFF_MULTICAST);
    assert_ok(duos_interfaces(list, 8, &count));
    assert_int_equal(count, 3);
    assert_string_equal(list[0].name, "idle");
    assert_int_equal(list[0].addr.family, DUOS_UNSPEC);
    assert_false(list[0].up); /* switched on, but not connected */
    assert_string_equal(list[1].name, "bare");
    assert_int_equal(list[1].addr.family, DUOS_UNSPEC);
    assert_string_equal(list[2].name, "busy");
    assert_int_equal(list[2].addr.family, DUOS_IPV4);
    assert_int_equal(list[2].prefix, 32); /* no mask */
    assert_true(list[2].up);
    assert_true(list[2].multicast);
    assert_false(list[2].loopback);
    assert_int_equal(given, freed);
}

static void test_trap_75_interfaces_link_local_has_its_scope(void **state)
{
    static char name[] = "x0";
    struct sockaddr_in6 v6, mask;
    duos_interface one;
    size_t count;

    (void)state;
    memset(&v6, 0, sizeof v6);
    v6.sin6_family = AF_INET6;
    v6.sin6_addr.s6_addr[0] = 0xfe;
    v6.sin6_addr.s6_addr[1] = 0x80;
    v6.sin6_scope_id = 5;
    memset(&mask, 0, sizeof mask);
    memset(mask.sin6_addr.s6_addr, 0xff, 8);
    mask.sin6_addr.s6_addr[8] = 0xc0;
    (void)add(name, &v6, &mask, IFF_LOOPBACK);
    assert_ok(duos_interfaces(&one, 1, &count));
    assert_int_equal(count, 1);
    assert_int_equal(one.addr.family, DUOS_IPV6);
    assert_int_equal(one.addr.scope, 5);
    assert_int_equal(one.prefix, 66);
    assert_true(one.loopback);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_interfaces_failure_is_told, setup),
        cmocka_unit_test_setup(test_interfaces_without_an_address_come_once,
                               setup),
        cmocka_unit_test_setup(test_trap_75_interfaces_link_local_has_its_scope,
                               setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
