/* SPDX-License-Identifier: MIT */
/*
 * test_addr_order.c - addr_order.h: scopes, ranks, and families in turn.
 */
#include "addr_order.h"

#include "support/check.h"

static duos_addr addr(const char *text)
{
    duos_addr out;

    assert_ok(duos_addr_parse(text, &out));
    return out;
}

static void test_addr_rank_compares_scopes(void **state)
{
    static const struct {
        const char *to;
        const char *from;
        duos__addr_rank rank;
    } cases[] = {
        {"192.0.2.1:1", "10.0.0.1:1", DUOS__ADDR_FITS},
        {"192.0.2.1:1", "127.0.0.1:1", DUOS__ADDR_OTHER_SCOPE},
        {"192.0.2.1:1", "169.254.3.4:1", DUOS__ADDR_OTHER_SCOPE},
        {"127.0.0.1:1", "127.0.0.1:1", DUOS__ADDR_FITS},
        {"169.254.1.1:1", "169.254.3.4:1", DUOS__ADDR_FITS},
        {"169.253.1.1:1", "169.254.3.4:1", DUOS__ADDR_OTHER_SCOPE},
        {"[2001:db8::1]:1", "[2001:db8::2]:1", DUOS__ADDR_FITS},
        {"[2001:db8::1]:1", "[fd00::2]:1", DUOS__ADDR_FITS},
        {"[2001:db8::1]:1", "[fe80::1]:1", DUOS__ADDR_OTHER_SCOPE},
        {"[febf::1]:1", "[fe80::1]:1", DUOS__ADDR_FITS},
        {"[fec0::1]:1", "[fe80::1]:1", DUOS__ADDR_OTHER_SCOPE},
        {"[fec0::1]:1", "[feff::1]:1", DUOS__ADDR_FITS},
        {"[::1]:1", "[::1]:1", DUOS__ADDR_FITS},
        {"[::2]:1", "[::1]:1", DUOS__ADDR_OTHER_SCOPE},
        {"[ff02::1]:1", "[fe80::1]:1", DUOS__ADDR_FITS},
        {"[ff0e::1]:1", "[2001:db8::2]:1", DUOS__ADDR_FITS},
        {"[ff05::1]:1", "[2001:db8::2]:1", DUOS__ADDR_OTHER_SCOPE},
        {"[::ffff:127.0.0.1]:1", "[::ffff:127.0.0.1]:1", DUOS__ADDR_FITS},
        {"[::ffff:127.0.0.1]:1", "[::ffff:10.0.0.1]:1", DUOS__ADDR_OTHER_SCOPE},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        duos_addr to = addr(cases[i].to);
        duos_addr from = addr(cases[i].from);

        if (duos__addr_rank_of(&to, &from) != cases[i].rank) {
            fail_msg("%s from %s has another rank", cases[i].to, cases[i].from);
        }
        assert_int_equal(duos__addr_rank_of(&to, NULL), DUOS__ADDR_UNREACHED);
    }
}

/*
 * Addresses as the system gives them, by family and rank; then the order of
 * their positions.
 */
static void test_addr_arrange_ranks_first_then_families_in_turn(void **state)
{
    static const struct {
        const char *given;
        const char *order;
    } cases[] = {
        {"60", "0"},
        {"6040", "01"},
        {"4060", "01"},
        {"606060404040", "031425"},
        {"404060", "021"},
        {"60604040404040", "0213456"},
        {"404040", "012"},
        {"6240", "10"},
        {"62614140", "3120"},
        {"62624140", "3201"}, /* what is not reached takes no turns */
        {"60624041", "0231"},
        {"626262", "012"},
        {"6161406060", "23401"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        duos_addr addrs[8];
        uint8_t ranks[8];
        uint8_t order[8];
        char text[9] = "";
        size_t count = strlen(cases[i].given) / 2;
        size_t k;

        for (k = 0; k < count; k++) {
            addrs[k] = duos_addr_loopback(
                cases[i].given[2 * k] == '6' ? DUOS_IPV6 : DUOS_IPV4, 1);
            ranks[k] = (uint8_t)(cases[i].given[2 * k + 1] - '0');
        }
        duos__addr_arrange(addrs, ranks, count, order);
        for (k = 0; k < count; k++) {
            text[k] = (char)('0' + order[k]);
        }
        assert_string_equal(text, cases[i].order);
    }
}

/* Each of them comes once, whatever the families and ranks are. */
static void test_addr_arrange_leaves_nothing_out(void **state)
{
    uint32_t number = 1;
    int round;

    (void)state;
    for (round = 0; round < 2000; round++) {
        duos_addr addrs[DUOS__DIAL_MAX];
        uint8_t ranks[DUOS__DIAL_MAX];
        uint8_t order[DUOS__DIAL_MAX];
        bool seen[DUOS__DIAL_MAX] = {false};
        size_t count, i;

        number = number * 1664525u + 1013904223u;
        count = 1 + (number >> 16) % DUOS__DIAL_MAX;
        for (i = 0; i < count; i++) {
            number = number * 1664525u + 1013904223u;
            addrs[i] = duos_addr_loopback(
                (number >> 20) % 2 == 0 ? DUOS_IPV6 : DUOS_IPV4, 1);
            ranks[i] = (uint8_t)((number >> 24) % DUOS__ADDR_RANKS);
        }
        duos__addr_arrange(addrs, ranks, count, order);
        for (i = 0; i < count; i++) {
            assert_true(order[i] < count);
            assert_false(seen[order[i]]);
            seen[order[i]] = true;
        }
    }
}

/* What the routes of this machine say: loopback is reached, all of it is not.
 */
static void test_addr_order_asks_the_system(void **state)
{
    duos_addr addrs[3];
    uint8_t order[3];

    (void)state;
    addrs[0] = duos_addr_ipv4(255, 255, 255, 255, 9);
    addrs[1] = duos_addr_loopback(DUOS_IPV4, 9);
    duos__addr_order(addrs, 2, order);
    assert_int_equal(order[0], 1);
    assert_int_equal(order[1], 0);
    duos__addr_order(addrs, 1, order); /* nobody is asked */
    assert_int_equal(order[0], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addr_rank_compares_scopes),
        cmocka_unit_test(test_addr_arrange_ranks_first_then_families_in_turn),
        cmocka_unit_test(test_addr_arrange_leaves_nothing_out),
        cmocka_unit_test(test_addr_order_asks_the_system),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
