/* SPDX-License-Identifier: MIT */
/*
 * test_getnameinfo.c - what becomes of each answer that getnameinfo and, for
 * services, getaddrinfo can give. This program has its own of both; POSIX
 * only.
 */
#define _GNU_SOURCE 1
#include "support/check.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>

#include "sys.h"

static int answer;
static int answer_errno;
static const char *answer_name;
static struct sockaddr_in6 asked;
static int asked_flags;
static int asked_type;
static int given;
static int freed;

/* The types of some parameters differ from system to system. */
int getnameinfo(const struct sockaddr *addr, socklen_t len, char *host,
                socklen_t host_cap, char *service, socklen_t service_cap,
                int flags)
{
    (void)service_cap;
    assert_null(service);
    memset(&asked, 0, sizeof asked);
    memcpy(&asked, addr, len < sizeof asked ? len : sizeof asked);
    asked_flags = flags;
    errno = answer_errno;
    if (answer == 0) {
        assert_true(strlen(answer_name) < host_cap);
        memcpy(host, answer_name, strlen(answer_name) + 1);
    }
    return answer;
}

int getaddrinfo(const char *node, const char *service,
                const struct addrinfo *hints, struct addrinfo **result)
{
    static struct sockaddr_in v4;
    static struct addrinfo list;

    assert_null(node);
    assert_string_equal(service, "http");
    asked_type = hints->ai_socktype;
    errno = answer_errno;
    if (answer == 0) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(80);
        memset(&list, 0, sizeof list);
        list.ai_family = AF_INET;
        list.ai_addr = (struct sockaddr *)&v4;
        list.ai_addrlen = sizeof v4;
        *result = &list;
        given++;
    }
    return answer;
}

void freeaddrinfo(struct addrinfo *list)
{
    (void)list;
    freed++;
}

static duos_err name_of(int code, int number, const char *name)
{
    duos_addr addr = duos_addr_ipv4(192, 0, 2, 7, 80);
    char out[DUOS_RESOLVE_NAME_MAX + 1] = "#";
    duos_err err;

    answer = code;
    answer_errno = number;
    answer_name = name;
    err = duos_reverse(&addr, PATIENCE_MS, out, sizeof out);
    assert_string_equal(out, err == DUOS_OK ? name : "#");
    assert_int_equal(asked_flags, NI_NAMEREQD);
    return err;
}

static duos_err port_of(int code, int number)
{
    uint16_t port = 77;
    duos_err err;

    answer = code;
    answer_errno = number;
    err = duos_resolve_service("http", DUOS_STREAM, PATIENCE_MS, &port);
    assert_int_equal(port, err == DUOS_OK ? 80 : 77);
    assert_int_equal(given, freed);
    return err;
}

static void test_DN1_getnameinfo_codes_are_told_apart(void **state)
{
    (void)state;
    assert_int_equal(name_of(EAI_NONAME, 0, ""), DUOS_ENONAME);
    assert_int_equal(name_of(EAI_AGAIN, 0, ""), DUOS_ETRYAGAIN);
    assert_int_equal(name_of(EAI_FAIL, 0, ""), DUOS_ENORECOVERY);
    assert_int_equal(name_of(EAI_MEMORY, 0, ""), DUOS_ENOMEM);
    assert_int_equal(name_of(EAI_FAMILY, 0, ""), DUOS_EAFNOSUPPORT);
    assert_int_equal(name_of(EAI_OVERFLOW, 0, ""), DUOS_ENAMETOOLONG);
    assert_int_equal(name_of(EAI_SYSTEM, EMFILE, ""), DUOS_EMFILE);
    assert_int_equal(name_of(EAI_SYSTEM, 4321, ""), DUOS_ENATIVE_BASE - 4321);
    assert_int_equal(name_of(EAI_SYSTEM, 0, ""), DUOS_ENORECOVERY);
    assert_int_equal(name_of(987654, 0, ""), DUOS_ENORECOVERY);
}

static void test_DN1_service_codes_are_told_apart(void **state)
{
    (void)state;
    assert_int_equal(port_of(0, 0), DUOS_OK);
    assert_int_equal(asked_type, SOCK_STREAM);
    assert_int_equal(port_of(EAI_SERVICE, 0), DUOS_ENOENT);
    assert_int_equal(port_of(EAI_NONAME, 0), DUOS_ENOENT); /* macOS */
    assert_int_equal(port_of(EAI_AGAIN, 0), DUOS_ETRYAGAIN);
    assert_int_equal(port_of(EAI_FAIL, 0), DUOS_ENORECOVERY);
    assert_int_equal(port_of(EAI_MEMORY, 0), DUOS_ENOMEM);
    assert_int_equal(port_of(EAI_SOCKTYPE, 0), DUOS_ESOCKTNOSUPPORT);
    assert_int_equal(port_of(EAI_SYSTEM, EMFILE), DUOS_EMFILE);
}

/* An interruption is no answer; the address goes out as it came in. */
static void test_getnameinfo_gets_the_address(void **state)
{
    duos_addr addr = duos_addr_loopback(DUOS_IPV6, 80);
    char out[300];

    (void)state;
    addr.scope = 3;
    answer = 0;
    answer_name = "host.test";
    assert_ok(duos_reverse(&addr, PATIENCE_MS, out, sizeof out));
    assert_string_equal(out, "host.test");
    assert_int_equal(asked.sin6_family, AF_INET6);
    assert_int_equal(asked.sin6_scope_id, 3);
    assert_int_equal(asked.sin6_addr.s6_addr[15], 1);
    assert_int_equal(name_of(EAI_SYSTEM, EINTR, ""), DUOS_EINTERRUPTED);
}

/* What strangers write into their zones is no name until it looks like one. */
static void test_DN4_getnameinfo_odd_answers_are_none(void **state)
{
    static const char *const odd[] = {
        "",     "a b", "\x1b[2J",  "a\n",      "127.0.0.1",
        "a..b", "-a",  "\xc3\xa9", "<script>", "a:80",
    };
    char longest[300];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        assert_int_equal(name_of(0, 0, odd[i]), DUOS_ENONAME);
    }
    memset(longest, 'a', sizeof longest);
    for (i = 50; i < sizeof longest; i += 50) {
        longest[i] = '.';
    }
    longest[299] = '\0';
    assert_int_equal(name_of(0, 0, longest), DUOS_ENONAME);
    longest[253] = '\0';
    assert_int_equal(name_of(0, 0, longest), DUOS_OK);
    longest[253] = '.';
    longest[254] = '\0';
    assert_int_equal(name_of(0, 0, longest), DUOS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_DN1_getnameinfo_codes_are_told_apart),
        cmocka_unit_test(test_DN1_service_codes_are_told_apart),
        cmocka_unit_test(test_getnameinfo_gets_the_address),
        cmocka_unit_test(test_DN4_getnameinfo_odd_answers_are_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
