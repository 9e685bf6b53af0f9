/* SPDX-License-Identifier: MIT */
/*
 * test_getaddrinfo.c - what sys_lookup makes of each answer that getaddrinfo
 * can give. This program has its own getaddrinfo, which the linker prefers to
 * the C library's; POSIX only.
 */
#define _GNU_SOURCE 1
#include "support/check.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>

#include "sys.h"

static int answer;
static int answer_errno;
static struct addrinfo *list;
static struct addrinfo asked;
static int given;
static int freed;

int getaddrinfo(const char *node, const char *service,
                const struct addrinfo *hints, struct addrinfo **result)
{
    assert_string_equal(node, "host");
    assert_null(service);
    asked = *hints;
    errno = answer_errno;
    if (answer == 0) {
        *result = list;
        given++;
    }
    return answer;
}

void freeaddrinfo(struct addrinfo *result)
{
    assert_ptr_equal(result, list);
    freed++;
}

static duos_err look(int code, int number)
{
    duos_addr addrs[4];
    size_t n = 77;
    duos_err err;

    answer = code;
    answer_errno = number;
    err = sys_lookup("host", DUOS_UNSPEC, addrs, 4, &n);
    assert_int_equal(n, 77);
    assert_int_equal(given, freed);
    return err;
}

static void test_trap_73_DN1_getaddrinfo_codes_are_told_apart(void **state)
{
    (void)state;
    assert_int_equal(look(EAI_NONAME, 0), DUOS_ENONAME);
    assert_int_equal(look(EAI_AGAIN, 0), DUOS_ETRYAGAIN);
    assert_int_equal(look(EAI_FAIL, 0), DUOS_ENORECOVERY);
    assert_int_equal(look(EAI_MEMORY, 0), DUOS_ENOMEM);
    assert_int_equal(look(EAI_FAMILY, 0), DUOS_EAFNOSUPPORT);
    assert_int_equal(look(EAI_BADFLAGS, 0), DUOS_EINVAL);
    assert_int_equal(look(EAI_SERVICE, 0), DUOS_ENOENT);
    assert_int_equal(look(EAI_SOCKTYPE, 0), DUOS_ESOCKTNOSUPPORT);
    assert_int_equal(look(EAI_OVERFLOW, 0), DUOS_ENAMETOOLONG);
#ifdef EAI_NODATA
    assert_int_equal(look(EAI_NODATA, 0), DUOS_ENODATA);
#endif
#ifdef EAI_ADDRFAMILY
    assert_int_equal(look(EAI_ADDRFAMILY, 0), DUOS_ENODATA);
#endif
#ifdef EAI_BADHINTS
    assert_int_equal(look(EAI_BADHINTS, 0), DUOS_EINVAL);
#endif
#ifdef EAI_PROTOCOL
    assert_int_equal(look(EAI_PROTOCOL, 0), DUOS_EPROTONOSUPPORT);
#endif
    assert_int_equal(look(987654, 0), DUOS_ENORECOVERY);
}

static void test_DN1_getaddrinfo_system_error_keeps_errno(void **state)
{
    (void)state;
    assert_int_equal(look(EAI_SYSTEM, EMFILE), DUOS_EMFILE);
    assert_int_equal(look(EAI_SYSTEM, 4321), DUOS_ENATIVE_BASE - 4321);
    assert_int_equal(look(EAI_SYSTEM, 0), DUOS_ENORECOVERY);
    assert_int_equal(look(EAI_NONAME, EMFILE), DUOS_ENONAME);
}

/* ---- addresses -------------------------------------------------------- */

static struct sockaddr_in v4;
static struct sockaddr_in6 v6;
static struct sockaddr odd;
static struct addrinfo nodes[4];

static void link_nodes(void)
{
    memset(nodes, 0, sizeof nodes);
    v6.sin6_family = AF_INET6;
    v6.sin6_addr.s6_addr[15] = 9;
    v6.sin6_scope_id = 3;
    v4.sin_family = AF_INET;
    v4.sin_addr.s_addr = htonl(0x01020304);
    nodes[0].ai_family = AF_INET6;
    nodes[0].ai_addr = (struct sockaddr *)&v6;
    nodes[0].ai_addrlen = sizeof v6;
    nodes[0].ai_next = &nodes[1];
    odd.sa_family = AF_UNSPEC;
    nodes[1].ai_family = 12345;
    nodes[1].ai_addr = &odd;
    nodes[1].ai_addrlen = sizeof odd;
    nodes[1].ai_next = &nodes[2];
    nodes[2].ai_family = AF_INET;
    nodes[2].ai_addr = (struct sockaddr *)&v4;
    nodes[2].ai_addrlen = sizeof v4;
    list = &nodes[0];
}

static void test_getaddrinfo_addresses_in_their_order(void **state)
{
    duos_addr addrs[4];
    size_t n = 0;

    (void)state;
    link_nodes();
    answer = 0;
    assert_ok(sys_lookup("host", DUOS_UNSPEC, addrs, 4, &n));
    assert_int_equal(n, 2);
    assert_int_equal(addrs[0].family, DUOS_IPV6);
    assert_int_equal(addrs[0].scope, 3);
    assert_int_equal(addrs[0].ip.v6[15], 9);
    assert_int_equal(addrs[1].family, DUOS_IPV4);
    assert_int_equal(addrs[1].ip.v4[0], 1);
    assert_int_equal(addrs[1].ip.v4[3], 4);
    assert_int_equal(asked.ai_family, AF_UNSPEC);
    assert_ok(sys_lookup("host", DUOS_IPV6, addrs, 1, &n));
    assert_int_equal(n, 1);
    assert_int_equal(asked.ai_family, AF_INET6);
    assert_int_equal(given, freed);
}

static void test_DN3_getaddrinfo_without_an_address_of_use(void **state)
{
    (void)state;
    link_nodes();
    list = &nodes[1];
    nodes[1].ai_next = NULL;
    assert_int_equal(look(0, 0), DUOS_ENODATA);
    assert_int_equal(given, freed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trap_73_DN1_getaddrinfo_codes_are_told_apart),
        cmocka_unit_test(test_DN1_getaddrinfo_system_error_keeps_errno),
        cmocka_unit_test(test_getaddrinfo_addresses_in_their_order),
        cmocka_unit_test(test_DN3_getaddrinfo_without_an_address_of_use),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
