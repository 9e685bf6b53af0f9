/* SPDX-License-Identifier: MIT */
/*
 * test_sim_text.c - what people read and write of a run: records as lines,
 * and seeds.
 */
#include "sim_support.h"

/* ---- what people read ------------------------------------------------- */

static void test_sim_record_text_says_all(void **state)
{
    duos_sim_record r = {UINT64_C(12000345678), DUOS_SIM_RECV, 2, 17, 4711};
    char line[DUOS_SIM_RECORD_TEXT_MAX];

    (void)state;
    assert_ok(duos_sim_record_text(&r, line, sizeof line));
    assert_string_equal(line, "12.000345678 host 2 recv #17 = 4711");
    r.socket = 0;
    assert_ok(duos_sim_record_text(&r, line, sizeof line));
    assert_string_equal(line, "12.000345678 host 2 recv = 4711");
    r.kind = DUOS_SIM_FAIL;
    r.socket = DUOS_SIM_CALL_ACCEPT;
    r.result = DUOS_EMFILE;
    assert_ok(duos_sim_record_text(&r, line, sizeof line));
    assert_string_equal(line, "12.000345678 host 2 fail accept = EMFILE");
    r.kind = DUOS_SIM_FAULT;
    r.socket = DUOS_SIM_FAULT_LATE;
    r.result = 0;
    assert_ok(duos_sim_record_text(&r, line, sizeof line));
    assert_string_equal(line, "12.000345678 host 2 fault late = 0");
    assert_err(DUOS_EINVAL, duos_sim_record_text(NULL, line, sizeof line));
    assert_err(DUOS_EINVAL, duos_sim_record_text(&r, NULL, 0));
    assert_err(DUOS_ENOSPACE, duos_sim_record_text(&r, line, 34));
    assert_ok(duos_sim_record_text(&r, line, 35));
}

static void test_sim_record_text_longest_fits(void **state)
{
    duos_sim_record r = {UINT64_MAX, DUOS_SIM_FAIL, UINT32_MAX, 0, 0};
    char line[DUOS_SIM_RECORD_TEXT_MAX];

    (void)state;
    for (r.socket = 0; r.socket < DUOS_SIM_CALL_COUNT; r.socket++) {
        r.result = DUOS_EPROTONOSUPPORT;
        assert_ok(duos_sim_record_text(&r, line, sizeof line));
    }
}

static void test_sim_seed_only_numbers(void **state)
{
    static const char *const wrong[] = {"",
                                        " 1",
                                        "1 ",
                                        "-1",
                                        "+1",
                                        "1x",
                                        "0x",
                                        "0xg",
                                        "007",
                                        "x1",
                                        "1.0",
                                        "12345678901234567890",
                                        "0x11223344556677889"};
    uint64_t seed = 7;
    size_t i;

    (void)state;
    assert_err(DUOS_EINVAL, duos_sim_seed(NULL, &seed));
    assert_err(DUOS_EINVAL, duos_sim_seed("1", NULL));
    for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_err(DUOS_ESYNTAX, duos_sim_seed(wrong[i], &seed));
    }
    assert_int_equal(seed, 7);
    assert_ok(duos_sim_seed("1234567890123456789", &seed));
    assert_true(seed == UINT64_C(1234567890123456789));
    assert_ok(duos_sim_seed("0xfedcba9876543210", &seed));
    assert_true(seed == UINT64_C(0xfedcba9876543210));
}

#define IN_WORLD(test)                                                         \
    cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sim_record_text_says_all),
        cmocka_unit_test(test_sim_record_text_longest_fits),
        cmocka_unit_test(test_sim_seed_only_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
