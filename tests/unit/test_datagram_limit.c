/* SPDX-License-Identifier: MIT */
/*
 * test_datagram_limit.c - the rules of answers as a table, rates on a clock
 * that the test turns, and the hash that chooses an entry.
 */
#include "datagram_limit.h"
#include "siphash.h"

#include "support/check.h"
#include "support/failing_alloc.h"

#define SECOND UINT64_C(1000000000)

static failing_alloc memory;
static duos_datagram_config config;
static duos__limiter limiter;

static int begin(void **state)
{
    (void)state;
    failing_alloc_init(&memory);
    duos_datagram_config_init(&config);
    return 0;
}

static void make(void)
{
    assert_ok(duos__limiter_init(&limiter, &memory.alloc, &config));
}

static void drop(void)
{
    duos__limiter_fini(&limiter, &memory.alloc, &config);
    assert_all_freed(&memory);
}

/* An answer of a byte to a byte, at a time. */
static duos__verdict judge_addr(const duos_addr *peer, uint64_t now_ns)
{
    duos__question q;

    memset(&q, 0, sizeof q);
    q.peer = peer;
    q.len = q.answer_len = 1;
    return duos__limiter_judge(&limiter, &config, &q, now_ns);
}

static duos__verdict judge(const char *text, uint64_t now_ns)
{
    duos_addr peer;

    assert_ok(duos_addr_parse(text, &peer));
    return judge_addr(&peer, now_ns);
}

/* ---- who -------------------------------------------------------------- */

static void test_UD4_limit_services_and_ports_below_1024(void **state)
{
    static const uint16_t services[] = {
        1,   7,   13,   17,   19,   37,   53,   69,   111,   123,   137,  161,
        389, 520, 1023, 1434, 1900, 3702, 5353, 5683, 11211, 27015, 27960};
    static const uint16_t clients[] = {1024, 1899, 7700, 32768, 49152, 65535};
    duos_addr peer = duos_addr_ipv4(192, 0, 2, 1, 0);
    size_t i;

    (void)state;
    make();
    for (i = 0; i < sizeof services / sizeof services[0]; i++) {
        peer.port = services[i];
        assert_int_equal(judge_addr(&peer, 0), DUOS__SERVICE);
    }
    for (i = 0; i < sizeof clients / sizeof clients[0]; i++) {
        peer.port = clients[i];
        assert_int_equal(judge_addr(&peer, 0), DUOS__ANSWER);
    }
    config.service_ports = 10000;
    peer.port = 9999;
    assert_int_equal(judge_addr(&peer, 0), DUOS__SERVICE);
    peer.port = 10000;
    assert_int_equal(judge_addr(&peer, 0), DUOS__ANSWER);
    config.service_ports = 0;
    peer.port = 19;
    assert_int_equal(judge_addr(&peer, 0), DUOS__ANSWER);
    drop();
}

static void test_UD4_limit_what_is_no_host_is_no_source(void **state)
{
    static const char *const bad[] = {"0.0.0.0:7700",
                                      "0.1.2.3:7700",
                                      "224.0.0.1:7700",
                                      "239.255.255.255:7700",
                                      "255.255.255.255:7700",
                                      "192.0.2.1:0",
                                      "[::]:7700",
                                      "[ff02::1]:7700",
                                      "[::ffff:224.0.0.1]:7700",
                                      "[::ffff:0.0.0.0]:7700",
                                      "[2001:db8::1]:0"};
    static const char *const good[] = {
        "1.0.0.1:7700", "223.255.255.255:7700", "127.0.0.1:7700",
        "[::1]:7700",   "[fe80::1%1]:7700",     "[::ffff:192.0.2.1]:7700"};
    static const duos_addr none;
    size_t i;

    (void)state;
    make();
    for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(judge(bad[i], 0), DUOS__SOURCE);
    }
    assert_int_equal(judge_addr(&none, 0), DUOS__SOURCE);
    for (i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(judge(good[i], 0), DUOS__ANSWER);
    }
    config.allow_any_source = true;
    assert_int_equal(judge("239.1.1.1:7700", 0), DUOS__ANSWER);
    drop();
}

static void test_UD4_limit_own_address_and_questions_to_a_group(void **state)
{
    duos_addr peer = duos_addr_ipv4(192, 0, 2, 1, 7700);
    duos_addr group = duos_addr_ipv4(239, 1, 2, 3, 0);
    duos__question q;

    (void)state;
    make();
    memset(&q, 0, sizeof q);
    q.peer = &peer;
    q.from_self = true;
    assert_int_equal(duos__limiter_judge(&limiter, &config, &q, 0),
                     DUOS__SOURCE);
    q.from_self = false;
    q.local = &group;
    assert_int_equal(duos__limiter_judge(&limiter, &config, &q, 0),
                     DUOS__SOURCE);
    q.local = &peer;
    assert_int_equal(duos__limiter_judge(&limiter, &config, &q, 0),
                     DUOS__ANSWER);
    drop();
}

/* Paths cannot be forged, and have no ports. */
static void test_UD4_limit_unix_sockets(void **state)
{
    duos_addr peer;

    (void)state;
    make();
    memset(&peer, 0, sizeof peer);
    peer.family = DUOS_UNIX;
    assert_int_equal(judge_addr(&peer, 0), DUOS__SOURCE);
    peer.path_len = 2;
    memcpy(peer.ip.path, "/a", 2);
    assert_int_equal(judge_addr(&peer, 0), DUOS__ANSWER);
    drop();
}

/* ---- how much --------------------------------------------------------- */

static void test_UD5_limit_one_answer_not_longer_than_the_question(void **state)
{
    duos_addr peer = duos_addr_ipv4(192, 0, 2, 1, 7700);
    duos__question q;

    (void)state;
    make();
    memset(&q, 0, sizeof q);
    q.peer = &peer;
    assert_int_equal(duos__limiter_judge(&limiter, &config, &q, 0),
                     DUOS__ANSWER);
    q.answer_len = 1;
    assert_int_equal(duos__limiter_judge(&limiter, &config, &q, 0),
                     DUOS__LONGER);
    q.len = 1;
    assert_int_equal(duos__limiter_judge(&limiter, &config, &q, 0),
                     DUOS__ANSWER);
    q.answers = 1;
    assert_int_equal(duos__limiter_judge(&limiter, &config, &q, 0),
                     DUOS__LONGER);
    config.allow_longer = true;
    q.answer_len = 1000;
    assert_int_equal(duos__limiter_judge(&limiter, &config, &q, 0),
                     DUOS__ANSWER);
    drop();
}

/* Answers to one address that are allowed at a time. */
static unsigned allowed(const char *text, uint64_t now_ns)
{
    unsigned count = 0;

    while (count < 100000 && judge(text, now_ns) == DUOS__ANSWER) {
        count++;
    }
    return count;
}

static void test_UD5_limit_burst_then_rate_of_each_network(void **state)
{
    uint64_t now = 1000 * SECOND;

    (void)state;
    make();
    assert_int_equal(allowed("192.0.2.1:7700", now), 400);
    assert_int_equal(judge("192.0.2.255:9999", now), DUOS__RATE);
    assert_int_equal(allowed("192.0.3.1:7700", now), 400);
    assert_int_equal(allowed("[::ffff:192.0.3.9]:7700", now), 0);
    assert_int_equal(allowed("[2001:db8::1]:7700", now), 400);
    assert_int_equal(allowed("[2001:db8::ffff:0:0:1]:7700", now), 0);
    assert_int_equal(allowed("[2001:db8:0:1::1]:7700", now), 400);
    assert_int_equal(allowed("192.0.2.1:7700", now + SECOND / 200 - 1), 0);
    assert_int_equal(allowed("192.0.2.1:7700", now + SECOND / 200), 1);
    assert_int_equal(allowed("192.0.2.1:7700", now + SECOND), 199);
    assert_int_equal(allowed("192.0.2.1:7700", now + 1000 * SECOND), 400);
    drop();
}

static void test_UD5_limit_bits_of_the_network_can_be_chosen(void **state)
{
    (void)state;
    config.source_burst = 3;
    config.source_ipv4_bits = 20;
    config.source_ipv6_bits = 128;
    make();
    assert_int_equal(allowed("10.0.16.1:7700", 0), 3);
    assert_int_equal(allowed("10.0.31.255:7700", 0), 0);
    assert_int_equal(allowed("10.0.32.1:7700", 0), 3);
    assert_int_equal(allowed("[2001:db8::1]:7700", 0), 3);
    assert_int_equal(allowed("[2001:db8::2]:7700", 0), 3);
    config.source_ipv4_bits = 0;
    assert_int_equal(allowed("1.2.3.4:7700", 0), 3);
    assert_int_equal(allowed("200.2.3.4:7700", 0), 0);
    drop();
}

static void test_UD5_limit_in_all_and_none(void **state)
{
    (void)state;
    config.source_rate = 0;
    config.total_rate = 100;
    config.total_burst = 0;
    make();
    assert_int_equal(allowed("192.0.2.1:7700", 0), 100);
    assert_int_equal(judge("198.51.100.1:7700", 0), DUOS__TOTAL);
    assert_int_equal(allowed("192.0.2.1:7700", SECOND / 10), 10);
    config.total_rate = 0;
    assert_int_equal(allowed("192.0.2.1:7700", 0), 100000);
    limiter.total = 0;
    config.total_rate = UINT32_MAX; /* less than a nanosecond apart */
    assert_int_equal(allowed("192.0.2.1:7700", 0), 100000);
    config.total_rate = 1;
    config.total_burst = UINT32_MAX;
    assert_int_equal(allowed("192.0.2.1:7700", UINT64_C(1) << 62), 100000);
    drop();
}

/*
 * Who forges a source for each answer fills the table, and then gets no more
 * than its entries give.
 */
static void test_UD5_limit_forged_sources_win_nothing(void **state)
{
    unsigned answers = 0;
    uint32_t i;

    (void)state;
    config.sources = 64;
    config.source_burst = 4;
    config.total_rate = 0;
    make();
    for (i = 0; i < 100000; i++) {
        duos_addr peer =
            duos_addr_ipv4(10, (uint8_t)(i >> 8), (uint8_t)i, 1, 7700);

        answers += judge_addr(&peer, 0) == DUOS__ANSWER;
    }
    assert_int_equal(answers, 64 * 4);
    drop();
}

static void test_ME1_limit_without_memory_is_enomem(void **state)
{
    (void)state;
    failing_alloc_arm(&memory, 1, false);
    assert_int_equal(duos__limiter_init(&limiter, &memory.alloc, &config),
                     DUOS_ENOMEM);
    drop();
}

/* ---- the hash: two of the vectors of its authors ---------------------- */

static void test_siphash_gives_what_its_authors_say(void **state)
{
    uint8_t key[16];
    uint8_t data[15];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof key; i++) {
        key[i] = (uint8_t)i;
    }
    memcpy(data, key, sizeof data);
    assert_true(duos__siphash(key, data, 0) == UINT64_C(0x726fdb47dd0e0e31));
    assert_true(duos__siphash(key, data, 15) == UINT64_C(0xa129ca6149be45e5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_UD4_limit_services_and_ports_below_1024,
                               begin),
        cmocka_unit_test_setup(test_UD4_limit_what_is_no_host_is_no_source,
                               begin),
        cmocka_unit_test_setup(
            test_UD4_limit_own_address_and_questions_to_a_group, begin),
        cmocka_unit_test_setup(test_UD4_limit_unix_sockets, begin),
        cmocka_unit_test_setup(
            test_UD5_limit_one_answer_not_longer_than_the_question, begin),
        cmocka_unit_test_setup(test_UD5_limit_burst_then_rate_of_each_network,
                               begin),
        cmocka_unit_test_setup(test_UD5_limit_bits_of_the_network_can_be_chosen,
                               begin),
        cmocka_unit_test_setup(test_UD5_limit_in_all_and_none, begin),
        cmocka_unit_test_setup(test_UD5_limit_forged_sources_win_nothing,
                               begin),
        cmocka_unit_test_setup(test_ME1_limit_without_memory_is_enomem, begin),
        cmocka_unit_test(test_siphash_gives_what_its_authors_say),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
