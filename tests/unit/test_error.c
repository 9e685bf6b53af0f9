/* SPDX-License-Identifier: MIT */
/*
 * test_error.c - error.h and config.h: names, texts and numbers of codes,
 * and the way to the system's own numbers and back.
 */
#include "support/check.h"
#include "support/os.h"

#include <locale.h>

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
    static const struct {
        const char *name;
        duos_err number;
    } frozen[] = {
        {"EINVAL", -1},        {"ENOMEM", -2},
        {"EWOULDBLOCK", -3},   {"EINPROGRESS", -4},
        {"EINTERRUPTED", -5},  {"EEOF", -6},
        {"ENOTSUP", -7},       {"ETIMEDOUT", -8},
        {"ECANCELED", -9},     {"ELIMIT", -10},
        {"EBADHANDLE", -11},   {"EBUSY", -12},
        {"ENOENT", -13},       {"EEXIST", -14},
        {"ERANGE", -15},       {"ENOSPACE", -16},
        {"ENAMETOOLONG", -17}, {"ESYNTAX", -18},
        {"ESTATE", -19},       {"EDEADLOCK", -20},
        {"ESTALLED", -21},     {"EIDLE", -22},
        {"EDRAINED", -23},     {"ESELFCONNECT", -24},
        {"EBADF", -40},        {"ENOTSOCK", -41},
        {"EACCES", -42},       {"EMFILE", -43},
        {"ENFILE", -44},       {"ENOBUFS", -45},
        {"EFAULT", -46},       {"EPERM", -47},
        {"EAFNOSUPPORT", -48}, {"EPROTONOSUPPORT", -49},
        {"EPROTOTYPE", -50},   {"ESOCKTNOSUPPORT", -51},
        {"EOPNOTSUPP", -52},   {"ENOPROTOOPT", -53},
        {"EADDRINUSE", -54},   {"EADDRNOTAVAIL", -55},
        {"EDESTADDRREQ", -56}, {"EISCONN", -57},
        {"ENOTCONN", -58},     {"EALREADY", -59},
        {"ECONNREFUSED", -60}, {"ECONNRESET", -61},
        {"ECONNABORTED", -62}, {"EPIPE", -63},
        {"ENETDOWN", -64},     {"ENETUNREACH", -65},
        {"ENETRESET", -66},    {"EHOSTDOWN", -67},
        {"EHOSTUNREACH", -68}, {"EMSGSIZE", -69},
        {"EPROTO", -70},       {"ENOTREADY", -71},
        {"EIO", -72},          {"ENOTDIR", -73},
        {"EISDIR", -74},       {"ELOOP", -75},
        {"EROFS", -76},        {"ENOSPC", -77},
        {"EDQUOT", -78},       {"ESTALE", -79},
        {"EREMOTE", -80},      {"ENOTEMPTY", -81},
        {"EUSERS", -82},       {"EPROCLIM", -83},
        {"ETOOMANYREFS", -84}, {"ENONET", -85},
        {"ENODEV", -86},       {"ENXIO", -87},
        {"ENOTTY", -88},       {"EOVERFLOW", -89},
        {"EBADMSG", -90},      {"ENOLCK", -91},
        {"ENONAME", -100},     {"ENODATA", -101},
        {"ETRYAGAIN", -102},   {"ENORECOVERY", -103},
        {"ENOMORE", -120},     {"EPROVIDER", -121},
        {"EQOS", -122},        {"EQOSNEWS", -123},
        {"ETRUNCATED", -25},
    };
    size_t i;

    (void)state;
    assert_int_equal(sizeof frozen / sizeof frozen[0], CODE_COUNT);
    for (i = 0; i < CODE_COUNT; i++) {
        assert_string_equal(duos_err_name(frozen[i].number), frozen[i].name);
    }
}

static void test_err_codes_are_distinct_and_in_range(void **state)
{
    size_t i, j;

    (void)state;
    for (i = 0; i < CODE_COUNT; i++) {
        assert_true(codes[i] <= -1 && codes[i] >= -999);
        for (j = i + 1; j < CODE_COUNT; j++) {
            assert_int_not_equal(codes[i], codes[j]);
            assert_string_not_equal(duos_err_name(codes[i]),
                                    duos_err_name(codes[j]));
            assert_string_not_equal(duos_err_text(codes[i]),
                                    duos_err_text(codes[j]));
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
        DUOS_OK,      DUOS_EEOF,   DUOS_ELIMIT,   DUOS_EBADHANDLE,
        DUOS_ESYNTAX, DUOS_ESTATE, DUOS_EDRAINED, DUOS_ESELFCONNECT,
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

/* ---- traps of the systems' own words ------------------------------------ */

/* A code is a value: what fails later does not change what it says. */
static void test_trap_03_code_outlives_the_calls_that_follow(void **state)
{
    duos_socket none = {-1};
    duos_socket s;
    duos_addr at;
    duos_err err = duos_local_addr(none, &at);

    (void)state;
    assert_err(DUOS_EAFNOSUPPORT,
               duos_open((duos_family)99, DUOS_STREAM, 0, &s));
    assert_ok(duos_open(DUOS_IPV4, DUOS_STREAM, 0, &s));
    assert_ok(duos_close(&s));
    assert_int_equal(err, DUOS_EBADF);
    assert_string_equal(duos_err_name(err), "EBADF");
    assert_int_equal(duos_err_from_native(duos_err_native(err)), err);
}

static const char *words[CODE_COUNT];
static char copies[CODE_COUNT][64];

static void read_words(void *user)
{
    bool *same = (bool *)user;
    size_t i;

    for (i = 0; i < CODE_COUNT; i++) {
        *same = *same && duos_err_text(codes[i]) == words[i];
    }
    for (i = 0; i < CODE_COUNT; i++) {
        *same = *same && strcmp(words[i], copies[i]) == 0;
    }
}

/* strerror may be overwritten by another thread, and speaks the locale's. */
static void test_trap_74_text_is_static_whatever_thread_and_locale(void **state)
{
    bool same = true;
    os_thread *thread;
    size_t i;

    (void)state;
    for (i = 0; i < CODE_COUNT; i++) {
        words[i] = duos_err_text(codes[i]);
        (void)snprintf(copies[i], sizeof copies[i], "%s", words[i]);
    }
    (void)setlocale(LC_ALL, "");
    read_words(&same);
    assert_true(same);
    thread = os_thread_start(read_words, &same);
    assert_non_null(thread);
    os_thread_join(thread);
    assert_true(same);
    (void)setlocale(LC_ALL, "C");
}

static void test_trap_74_text_is_plain_english(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < CODE_COUNT; i++) {
        const char *c;

        for (c = duos_err_text(codes[i]); *c != '\0'; c++) {
            assert_true((*c >= 'a' && *c <= 'z') || strchr(" ,-", *c) != NULL);
        }
    }
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
        cmocka_unit_test(test_err_codes_are_distinct_and_in_range),
        cmocka_unit_test(test_err_native_of_refused_is_the_systems),
        cmocka_unit_test(test_err_native_comes_back_as_the_same_code),
        cmocka_unit_test(test_err_native_of_our_own_codes_is_none),
        cmocka_unit_test(test_err_from_native_without_a_name_keeps_the_number),
        cmocka_unit_test(
            test_err_from_native_never_gives_success_for_a_failure),
        cmocka_unit_test(test_trap_03_code_outlives_the_calls_that_follow),
        cmocka_unit_test(
            test_trap_74_text_is_static_whatever_thread_and_locale),
        cmocka_unit_test(test_trap_74_text_is_plain_english),
        cmocka_unit_test(test_version_is_that_of_the_headers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
