/* SPDX-License-Identifier: MIT */
/*
 * test_error.c - error.h and config.h: names, texts and numbers of codes,
 * and the way to the system's own numbers and back.
 */
#include "support/check.h"
#include "support/os.h"

static const duos_err codes[] = {
#define CODE(name, number, text) DUOS_E##name,
    DUOS_ERROR_MAP(CODE)
#undef CODE
};

#define CODE_COUNT (sizeof codes / sizeof codes[0])

/* ---- names and texts -------------------------------------------------- */

static void test_err_name_of_every_code_is_its_identifier(void **state)
{
    (void)state;
#define NAME(name, number, text)                                               \
    assert_string_equal(duos_err_name(DUOS_E##name), "E" #name);
    DUOS_ERROR_MAP(NAME)
#undef NAME
}

static void test_err_name_of_other_numbers_says_so(void **state)
{
    (void)state;
    assert_string_equal(duos_err_name(DUOS_OK), "OK");
    assert_string_equal(duos_err_name(-999), "EUNKNOWN");
    assert_string_equal(duos_err_name(1), "EUNKNOWN");
    assert_string_equal(duos_err_name(INT32_MAX), "EUNKNOWN");
    assert_string_equal(duos_err_name(DUOS_ENATIVE_BASE), "EUNKNOWN");
    assert_string_equal(duos_err_name(DUOS_ENATIVE_BASE - 1), "ENATIVE");
    assert_string_equal(duos_err_name(INT32_MIN), "ENATIVE");
}

static void test_err_text_is_a_phrase_for_every_number(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < CODE_COUNT; i++) {
        const char *text = duos_err_text(codes[i]);

        assert_true(strlen(text) > 0);
        assert_true(text[strlen(text) - 1] != '.');
        assert_string_not_equal(text, duos_err_text(-999));
    }
    assert_string_equal(duos_err_text(DUOS_OK), "no error");
    assert_string_equal(duos_err_text(DUOS_ECONNREFUSED), "connection refused");
    assert_non_null(duos_err_text(INT32_MAX));
    assert_non_null(duos_err_text(INT32_MIN));
}

/* A caller may have compiled these in: they never change. */
static void test_err_numbers_are_frozen(void **state)
{
    (void)state;
    assert_int_equal(DUOS_EINVAL, -1);
    assert_int_equal(DUOS_EWOULDBLOCK, -3);
    assert_int_equal(DUOS_EINPROGRESS, -4);
    assert_int_equal(DUOS_EEOF, -6);
    assert_int_equal(DUOS_ETIMEDOUT, -8);
    assert_int_equal(DUOS_ESELFCONNECT, -24);
    assert_int_equal(DUOS_EBADF, -40);
    assert_int_equal(DUOS_ECONNREFUSED, -60);
    assert_int_equal(DUOS_EIO, -72);
    assert_int_equal(DUOS_ENONAME, -100);
    assert_int_equal(DUOS_ENODATA, -101);
    assert_int_equal(DUOS_ETRYAGAIN, -102);
    assert_int_equal(DUOS_ENORECOVERY, -103);
}

static void test_err_numbers_are_distinct_and_in_range(void **state)
{
    size_t i, j;

    (void)state;
    for (i = 0; i < CODE_COUNT; i++) {
        assert_true(codes[i] <= -1 && codes[i] >= -999);
        for (j = i + 1; j < CODE_COUNT; j++) {
            assert_int_not_equal(codes[i], codes[j]);
        }
    }
}

/* ---- native numbers --------------------------------------------------- */

static void test_err_native_of_refused_is_the_systems(void **state)
{
    (void)state;
    assert_int_equal(duos_err_native(DUOS_ECONNREFUSED), os_number_refused);
    assert_string_equal(duos_err_native_name(DUOS_ECONNREFUSED),
                        os_name_refused);
    assert_int_equal(duos_err_from_native(os_number_refused),
                     DUOS_ECONNREFUSED);
}

/* What has a native number is found again by it, and has a native name. */
static void test_err_native_comes_back_as_the_same_code(void **state)
{
    size_t found = 0;
    size_t i;

    (void)state;
    for (i = 0; i < CODE_COUNT; i++) {
        int32_t native = duos_err_native(codes[i]);

        assert_true(native >= 0);
        if (native != 0) {
            found++;
            if (codes[i] != DUOS_ENOTSUP) { /* Linux: EOPNOTSUPP as well */
                assert_int_equal(duos_err_from_native(native), codes[i]);
            }
            assert_true(strlen(duos_err_native_name(codes[i])) > 0);
        } else {
            assert_string_equal(duos_err_native_name(codes[i]), "");
        }
    }
    assert_true(found > CODE_COUNT / 2);
}

static void test_err_native_of_our_own_codes_is_none(void **state)
{
    static const duos_err own[] = {
        DUOS_OK,      DUOS_EEOF,      DUOS_ELIMIT,   DUOS_EBADHANDLE,
        DUOS_ESYNTAX, DUOS_EDEADLOCK, DUOS_EDRAINED, DUOS_ESELFCONNECT,
        -999,         INT32_MAX};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof own / sizeof own[0]; i++) {
        assert_int_equal(duos_err_native(own[i]), 0);
        assert_string_equal(duos_err_native_name(own[i]), "");
    }
}

static void test_err_from_native_without_a_name_keeps_the_number(void **state)
{
    (void)state;
    assert_int_equal(duos_err_from_native(0), DUOS_OK);
    assert_int_equal(duos_err_from_native(54321), DUOS_ENATIVE_BASE - 54321);
    assert_int_equal(duos_err_native(DUOS_ENATIVE_BASE - 54321), 54321);
    assert_string_equal(duos_err_native_name(DUOS_ENATIVE_BASE - 54321), "");
}

/* Every number there is gives a failure that leads back to it, or a name. */
static void test_err_from_native_never_gives_success_for_a_failure(void **state)
{
    int32_t native;

    (void)state;
    for (native = 1; native < 20000; native++) {
        duos_err err = duos_err_from_native(native);

        assert_true(err < 0);
        if (err < DUOS_ENATIVE_BASE) {
            assert_int_equal(duos_err_native(err), native);
        } else {
            assert_string_not_equal(duos_err_name(err), "EUNKNOWN");
        }
    }
    assert_true(duos_err_from_native(-1) < 0);
    assert_true(duos_err_from_native(INT32_MIN) < 0);
    assert_true(duos_err_from_native(INT32_MAX) < 0);
}

/* ---- config.h --------------------------------------------------------- */

static void test_version_is_that_of_the_headers(void **state)
{
    char text[32];

    (void)state;
    (void)snprintf(text, sizeof text, "%d.%d.%d", DUOS_VERSION_MAJOR,
                   DUOS_VERSION_MINOR, DUOS_VERSION_PATCH);
    assert_string_equal(duos_version(), text);
    assert_string_equal(duos_version(), DUOS_VERSION_STRING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_err_name_of_every_code_is_its_identifier),
        cmocka_unit_test(test_err_name_of_other_numbers_says_so),
        cmocka_unit_test(test_err_text_is_a_phrase_for_every_number),
        cmocka_unit_test(test_err_numbers_are_frozen),
        cmocka_unit_test(test_err_numbers_are_distinct_and_in_range),
        cmocka_unit_test(test_err_native_of_refused_is_the_systems),
        cmocka_unit_test(test_err_native_comes_back_as_the_same_code),
        cmocka_unit_test(test_err_native_of_our_own_codes_is_none),
        cmocka_unit_test(test_err_from_native_without_a_name_keeps_the_number),
        cmocka_unit_test(
            test_err_from_native_never_gives_success_for_a_failure),
        cmocka_unit_test(test_version_is_that_of_the_headers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
