/* SPDX-License-Identifier: MIT */
/*
 * test_dscp.c - the names of code points, both ways.
 */
#include "support/check.h"

#include <duosock/option.h>

static int32_t parse(const char *text)
{
    int32_t value = -1;

    assert_ok(duos_dscp_parse(text, &value));
    return value;
}

static void test_dscp_names_are_those_of_the_rfcs(void **state)
{
    (void)state;
    assert_int_equal(parse("df"), 0);
    assert_int_equal(parse("be"), 0);
    assert_int_equal(parse("cs0"), 0);
    assert_int_equal(parse("CS5"), 40);
    assert_int_equal(parse("af11"), 10);
    assert_int_equal(parse("AF41"), 34);
    assert_int_equal(parse("Af43"), 38);
    assert_int_equal(parse("ef"), 46);
    assert_int_equal(parse("va"), 44);
    assert_int_equal(parse("le"), 1);
    assert_int_equal(parse("0"), 0);
    assert_int_equal(parse("63"), 63);
}

/* RFC 2474: CSx is x * 8; RFC 2597: AFxy is x * 8 + y * 2. */
static void test_dscp_groups_follow_their_rule(void **state)
{
    char name[] = "AF00";
    char selector[] = "CS0";
    int class, drop;

    (void)state;
    for (class = 0; class <= 7; class ++) {
        selector[2] = (char)('0' + class);
        assert_int_equal(parse(selector), class * 8);
    }
    for (class = 1; class <= 4; class ++) {
        for (drop = 1; drop <= 3; drop++) {
            name[2] = (char)('0' + class);
            name[3] = (char)('0' + drop);
            assert_int_equal(parse(name), class * 8 + drop * 2);
            assert_string_equal(duos_dscp_name(class * 8 + drop * 2), name);
        }
    }
}

static void test_dscp_name_is_read_back(void **state)
{
    int32_t value;

    (void)state;
    for (value = 0; value <= 63; value++) {
        if (duos_dscp_name(value)[0] != '\0') {
            assert_int_equal(parse(duos_dscp_name(value)), value);
        }
    }
    assert_string_equal(duos_dscp_name(0), "DF");
    assert_string_equal(duos_dscp_name(46), "EF");
    assert_string_equal(duos_dscp_name(63), "");
    assert_string_equal(duos_dscp_name(-1), "");
    assert_string_equal(duos_dscp_name(64), "");
}

static void test_dscp_anything_else_is_refused(void **state)
{
    static const char *const wrong[] = {"",    "e",    "eff", "ef ", " ef",
                                        "af5", "af14", "-1",  "+1",  "0x2e",
                                        "01",  "1.0",  "63x", "cs8", "00"};
    int32_t value = 7;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_err(DUOS_ESYNTAX, duos_dscp_parse(wrong[i], &value));
    }
    assert_err(DUOS_ERANGE, duos_dscp_parse("64", &value));
    assert_err(DUOS_ERANGE, duos_dscp_parse("99999999999999999999", &value));
    assert_err(DUOS_EINVAL, duos_dscp_parse(NULL, &value));
    assert_err(DUOS_EINVAL, duos_dscp_parse("ef", NULL));
    assert_int_equal(value, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dscp_names_are_those_of_the_rfcs),
        cmocka_unit_test(test_dscp_groups_follow_their_rule),
        cmocka_unit_test(test_dscp_name_is_read_back),
        cmocka_unit_test(test_dscp_anything_else_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
