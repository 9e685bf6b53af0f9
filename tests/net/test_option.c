/* SPDX-License-Identifier: MIT */
/*
 * test_option.c - what the typed calls refuse, what single options mean, and
 * the raw calls. That all of them can be set and read: test_option_table.c.
 */
#include "support/net.h"

#include <duosock/option.h>

static const duos_socket none = DUOS_SOCKET_INVALID;

/* ---- the table -------------------------------------------------------- */

static void test_option_table_describes_every_option(void **state)
{
    int i, j;

    (void)state;
    for (i = 1; i < DUOS_OPT_COUNT; i++) {
        const duos_opt_info *info = duos_opt_describe((duos_opt)i);

        assert_non_null(info);
        assert_true(strlen(info->name) > 0);
        assert_true(strlen(info->text) > 0);
        assert_between(info->kind, DUOS_KIND_BOOL, DUOS_KIND_TEXT);
        assert_between(info->scope, DUOS_FOR_ANY, DUOS_FOR_UDP_IPV4);
        assert_true(info->min <= info->max);
        for (j = 1; j < i; j++) {
            assert_string_not_equal(duos_opt_describe((duos_opt)j)->name,
                                    info->name);
        }
    }
    assert_string_equal(duos_opt_describe(DUOS_OPT_NODELAY)->name, "NODELAY");
    assert_int_equal(duos_opt_describe(DUOS_OPT_TTL)->kind, DUOS_KIND_INT);
    assert_false(duos_opt_describe(DUOS_OPT_TYPE)->settable);
}

static void test_option_table_has_nothing_else(void **state)
{
    (void)state;
    assert_null(duos_opt_describe(DUOS_OPT_NONE));
    assert_null(duos_opt_describe(DUOS_OPT_COUNT));
    assert_null(duos_opt_describe((duos_opt)-1));
    assert_null(duos_opt_describe((duos_opt)10000));
}

/* What our calls cannot carry through is left to the raw ones. */
static void test_option_table_has_no_option_that_needs_more(void **state)
{
    static const char *const more[] = {"COALESCE", "DROP_COUNT",
                                       "RECV_ORIGINAL", "ZEROCOPY", "SAVE_SYN"};
    size_t i;
    int opt;

    (void)state;
    for (opt = 1; opt < DUOS_OPT_COUNT; opt++) {
        for (i = 0; i < sizeof more / sizeof more[0]; i++) {
            assert_string_not_equal(duos_opt_describe((duos_opt)opt)->name,
                                    more[i]);
        }
    }
}

/* ---- in words ----------------------------------------------------------- */

static void assert_words(duos_opt opt, duos_err err, const char *wanted)
{
    char text[DUOS_OPT_EXPLAIN_MAX];
    size_t len = strlen(wanted);

    assert_ok(duos_opt_explain(opt, err, text, sizeof text));
    assert_string_equal(text, wanted);
    assert_err(DUOS_ENOSPACE, duos_opt_explain(opt, err, text, len));
    assert_string_equal(text, "");
    assert_ok(duos_opt_explain(opt, err, text, len + 1));
}

static void test_option_refusal_says_which_option_and_range(void **state)
{
    char text[DUOS_OPT_EXPLAIN_MAX];

    (void)state;
    assert_words(DUOS_OPT_TTL, DUOS_ERANGE,
                 "TTL: value out of range, 1 to 255");
    assert_words(DUOS_OPT_PEEK_OFFSET, DUOS_ERANGE,
                 "PEEK_OFFSET: value out of range, -1 to 2147483647");
    assert_words(DUOS_OPT_DEFER_ACCEPT, DUOS_ERANGE,
                 "DEFER_ACCEPT: value out of range, 0 to 3600000 ms");
    assert_words(DUOS_OPT_CONGESTION, DUOS_ERANGE,
                 "CONGESTION: value out of range, 1 to 15 characters");
    assert_words(DUOS_OPT_TOS, DUOS_ENOTSUP,
                 "TOS: not supported on this system");
    assert_ok(duos_opt_explain(DUOS_OPT_MARK, DUOS_EACCES, text, sizeof text));
    assert_non_null(strstr(text, duos_err_text(DUOS_EACCES)));
    assert_non_null(strstr(text, duos_err_native_name(DUOS_EACCES)));
    assert_ok(duos_opt_explain(DUOS_OPT_MARK, DUOS_ENATIVE_BASE - 4711, text,
                               sizeof text));
    assert_non_null(strstr(text, " (4711)"));
}

/* The longest name with the longest of our texts. */
static void test_option_refusal_always_fits(void **state)
{
    char text[DUOS_OPT_EXPLAIN_MAX];
    int opt, err;

    (void)state;
    for (opt = 1; opt < DUOS_OPT_COUNT; opt++) {
        for (err = 0; err >= -110; err--) {
            assert_ok(duos_opt_explain((duos_opt)opt, err, text, sizeof text));
        }
    }
    assert_err(DUOS_ENOSPACE,
               duos_opt_explain(DUOS_OPT_TTL, DUOS_ERANGE, text, 0));
    assert_err(DUOS_EINVAL,
               duos_opt_explain(DUOS_OPT_TTL, DUOS_ERANGE, NULL, 5));
    assert_err(DUOS_EINVAL, duos_opt_explain(DUOS_OPT_COUNT, DUOS_ERANGE, text,
                                             sizeof text));
}

/* ---- values ----------------------------------------------------------- */

/* Sets and reads; DUOS_ENOTSUP is an answer, too. */
static duos_err int_round(duos_socket s, duos_opt opt, int32_t wanted)
{
    int32_t value = -1;
    duos_err err = duos_set_int(s, opt, wanted);

    if (err == DUOS_OK && duos_get_int(s, opt, &value) != DUOS_ENOTSUP) {
        assert_int_equal(value, wanted);
    }
    return err;
}

static duos_err linger_round(duos_socket s, int32_t seconds)
{
    const duos_linger wanted = {true, seconds};
    duos_linger value = {false, -1};
    duos_err err = duos_set_linger(s, &wanted);

    if (err == DUOS_OK) {
        assert_ok(duos_get_linger(s, &value));
        assert_true(value.on);
        assert_int_equal(value.seconds, seconds);
    }
    return err;
}

/* Trap 57: three names on one system, one call for two of them on another. */
static void test_trap_57_option_keepalive_details_are_set_or_enotsup(
    void **state)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    bool on = true;
    duos_err err;

    (void)state;
    assert_int_equal(int_round(s, DUOS_OPT_KEEPALIVE_IDLE, 30), DUOS_OK);
    assert_ok(duos_get_bool(s, DUOS_OPT_KEEPALIVE, &on));
    assert_false(on); /* which is another option */
    err = int_round(s, DUOS_OPT_KEEPALIVE_INTERVAL, 7);
    assert_true(err == DUOS_OK || (err == DUOS_ENOTSUP && !os_is_linux()));
    err = int_round(s, DUOS_OPT_KEEPALIVE_COUNT, 3);
    assert_true(err == DUOS_OK || (err == DUOS_ENOTSUP && !os_is_linux()));
    net_close(&s);
}

/* Trap 53: less than the unit of the system must not become "for ever". */
static void test_trap_53_option_timeout_of_1_ms_is_not_none(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    int32_t value = 0;
    char byte;
    size_t n;

    (void)state;
    assert_ok(duos_set_ms(p.server, DUOS_OPT_RECV_TIMEOUT, 1));
    assert_ok(duos_get_ms(p.server, DUOS_OPT_RECV_TIMEOUT, &value));
    assert_true(value >= 1);
    assert_ok(duos_set_nonblocking(p.server, false));
    assert_true(duos_recv(p.server, &byte, 1, &n) < 0);
    net_close_pair(&p);
}

static void test_option_type_and_listening_tell_what_it_is(void **state)
{
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    duos_socket datagram = net_open(DUOS_IPV4, DUOS_DGRAM);
    int32_t type = 0;
    bool on = false;

    (void)state;
    assert_ok(duos_get_int(listener, DUOS_OPT_TYPE, &type));
    assert_int_equal(type, DUOS_STREAM);
    assert_ok(duos_get_int(datagram, DUOS_OPT_TYPE, &type));
    assert_int_equal(type, DUOS_DGRAM);
    assert_ok(duos_get_bool(listener, DUOS_OPT_LISTENING, &on));
    assert_true(on);
    net_close(&listener);
    net_close(&datagram);
}

/* Trap 54: a bool of one byte over four bytes of rubbish. */
static void test_trap_54_option_bool_is_true_or_false(void **state)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    bool value;

    (void)state;
    assert_ok(duos_set_bool(s, DUOS_OPT_NODELAY, false));
    memset(&value, 1, sizeof value);
    assert_ok(duos_get_bool(s, DUOS_OPT_NODELAY, &value));
    assert_int_equal(value, 0);
    assert_ok(duos_set_bool(s, DUOS_OPT_NODELAY, true));
    assert_ok(duos_get_bool(s, DUOS_OPT_NODELAY, &value));
    assert_int_equal(value, 1);
    net_close(&s);
}

/* Whether close resets must be decided by the option, not by its bytes. */
static void test_option_linger_off_is_off(void **state)
{
    const duos_linger off = {false, 0};
    duos_linger value = {true, 7};
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);

    (void)state;
    assert_int_equal(linger_round(s, 65535 / 2), DUOS_OK);
    assert_ok(duos_set_linger(s, &off));
    assert_ok(duos_get_linger(s, &value));
    assert_false(value.on);
    net_close(&s);
}

/* ---- answers that are no ---------------------------------------------- */

static void test_API9_option_of_another_socket_kind_is_enotsup(void **state)
{
    duos_socket datagram = net_open(DUOS_IPV4, DUOS_DGRAM);
    duos_socket stream = net_open(DUOS_IPV4, DUOS_STREAM);
    const duos_linger linger = {true, 1};
    duos_linger got;
    char text[DUOS_OPT_TEXT_MAX];
    int32_t number = 99;
    bool on = true;

    (void)state;
    assert_err(DUOS_ENOTSUP, duos_set_bool(datagram, DUOS_OPT_NODELAY, true));
    assert_err(DUOS_ENOTSUP, duos_get_bool(datagram, DUOS_OPT_NODELAY, &on));
    assert_err(DUOS_ENOTSUP,
               duos_set_int(datagram, DUOS_OPT_KEEPALIVE_IDLE, 5));
    assert_err(DUOS_ENOTSUP,
               duos_get_int(datagram, DUOS_OPT_KEEPALIVE_IDLE, &number));
    assert_err(DUOS_ENOTSUP, duos_set_linger(datagram, &linger));
    assert_err(DUOS_ENOTSUP, duos_get_linger(datagram, &got));
    assert_err(DUOS_ENOTSUP, duos_set_ms(datagram, DUOS_OPT_USER_TIMEOUT, 5));
    assert_err(DUOS_ENOTSUP,
               duos_get_ms(datagram, DUOS_OPT_USER_TIMEOUT, &number));
    assert_err(DUOS_ENOTSUP,
               duos_set_text(datagram, DUOS_OPT_CONGESTION, "reno"));
    assert_err(DUOS_ENOTSUP,
               duos_get_text(datagram, DUOS_OPT_CONGESTION, text, sizeof text));
    assert_err(DUOS_ENOTSUP, duos_opt_supported(datagram, DUOS_OPT_NODELAY));
    assert_ok(duos_opt_supported(stream, DUOS_OPT_NODELAY));
    assert_err(DUOS_ENOTSUP, duos_set_bool(stream, DUOS_OPT_V6ONLY, true));
    assert_err(DUOS_ENOTSUP, duos_get_bool(stream, DUOS_OPT_V6ONLY, &on));
    assert_int_equal(number, 99);
    assert_true(on);
    net_close(&datagram);
    net_close(&stream);
}

static void test_API9_option_of_another_kind_is_einval(void **state)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    char text[DUOS_OPT_TEXT_MAX];
    int32_t number;
    bool on;

    (void)state;
    assert_err(DUOS_EINVAL, duos_set_bool(s, DUOS_OPT_TTL, true));
    assert_err(DUOS_EINVAL, duos_set_bool(s, DUOS_OPT_LISTENING, true));
    assert_err(DUOS_EINVAL, duos_set_bool(s, DUOS_OPT_NONE, true));
    assert_err(DUOS_EINVAL, duos_set_bool(s, DUOS_OPT_COUNT, true));
    assert_err(DUOS_EINVAL, duos_get_bool(s, DUOS_OPT_TTL, &on));
    assert_err(DUOS_EINVAL, duos_get_bool(s, DUOS_OPT_NODELAY, NULL));
    assert_err(DUOS_EINVAL, duos_set_int(s, DUOS_OPT_NODELAY, 1));
    assert_err(DUOS_EINVAL, duos_set_int(s, DUOS_OPT_TYPE, 1));
    assert_err(DUOS_EINVAL, duos_set_int(s, (duos_opt)-5, 1));
    assert_err(DUOS_EINVAL, duos_get_int(s, DUOS_OPT_RECV_TIMEOUT, &number));
    assert_err(DUOS_EINVAL, duos_get_int(s, DUOS_OPT_TTL, NULL));
    assert_err(DUOS_EINVAL, duos_set_ms(s, DUOS_OPT_TTL, 1));
    assert_err(DUOS_EINVAL, duos_get_ms(s, DUOS_OPT_TTL, &number));
    assert_err(DUOS_EINVAL, duos_get_ms(s, DUOS_OPT_RECV_TIMEOUT, NULL));
    assert_err(DUOS_EINVAL, duos_set_linger(s, NULL));
    assert_err(DUOS_EINVAL, duos_get_linger(s, NULL));
    assert_err(DUOS_EINVAL, duos_take_error(s, NULL));
    assert_err(DUOS_EINVAL, duos_set_text(s, DUOS_OPT_CONGESTION, NULL));
    assert_err(DUOS_EINVAL, duos_set_text(s, DUOS_OPT_TTL, "64"));
    assert_err(DUOS_EINVAL, duos_get_text(s, DUOS_OPT_CONGESTION, NULL, 16));
    assert_err(DUOS_EINVAL, duos_get_text(s, DUOS_OPT_TTL, text, sizeof text));
    assert_err(DUOS_EINVAL, duos_get_reuse(s, NULL));
    assert_err(DUOS_EINVAL, duos_opt_supported(s, DUOS_OPT_NONE));
    assert_err(DUOS_EINVAL, duos_opt_supported(s, DUOS_OPT_COUNT));
    net_close(&s);
}

/* Wherever a number has a limit, what is beyond it is refused before the
 * system is asked: even for options that it does not have. */
static void assert_range(duos_socket s, duos_opt opt, const duos_opt_info *info)
{
    if (info->kind == DUOS_KIND_INT) {
        assert_err(DUOS_ERANGE, duos_set_int(s, opt, info->min - 1));
        if (info->max < INT32_MAX) {
            assert_err(DUOS_ERANGE, duos_set_int(s, opt, info->max + 1));
        }
    } else if (info->kind == DUOS_KIND_MS) {
        assert_err(DUOS_ERANGE, duos_set_ms(s, opt, info->min - 1));
        if (info->max < INT32_MAX) {
            assert_err(DUOS_ERANGE, duos_set_ms(s, opt, info->max + 1));
        }
    }
}

static void test_API9_option_out_of_range_is_erange(void **state)
{
    const duos_linger late = {true, 65536};
    const duos_linger early = {true, -1};
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    int i;

    (void)state;
    for (i = 1; i < DUOS_OPT_COUNT; i++) {
        const duos_opt_info *info = duos_opt_describe((duos_opt)i);

        if (info->settable) {
            assert_range(s, (duos_opt)i, info);
        }
    }
    assert_err(DUOS_ERANGE, duos_set_linger(s, &late));
    assert_err(DUOS_ERANGE, duos_set_linger(s, &early));
    assert_err(DUOS_ERANGE, duos_set_text(s, DUOS_OPT_CONGESTION, ""));
    assert_err(DUOS_ERANGE,
               duos_set_text(s, DUOS_OPT_BIND_DEVICE, "sixteen-letters-"));
    net_close(&s);
}

static void test_API2_option_of_no_socket_is_ebadf(void **state)
{
    const duos_linger linger = {true, 1};
    duos_linger got;
    duos_err pending = 5;
    duos_reuse policy;
    char text[DUOS_OPT_TEXT_MAX];
    int32_t number;
    bool on;

    (void)state;
    assert_err(DUOS_EBADF, duos_set_bool(none, DUOS_OPT_NODELAY, true));
    assert_err(DUOS_EBADF, duos_get_bool(none, DUOS_OPT_NODELAY, &on));
    assert_err(DUOS_EBADF, duos_set_bool(none, DUOS_OPT_BROADCAST, true));
    assert_err(DUOS_EBADF, duos_set_int(none, DUOS_OPT_TTL, 5));
    assert_err(DUOS_EBADF, duos_get_int(none, DUOS_OPT_TTL, &number));
    assert_err(DUOS_EBADF, duos_get_int(none, DUOS_OPT_TYPE, &number));
    assert_err(DUOS_EBADF, duos_set_ms(none, DUOS_OPT_RECV_TIMEOUT, 5));
    assert_err(DUOS_EBADF, duos_get_ms(none, DUOS_OPT_RECV_TIMEOUT, &number));
    assert_err(DUOS_EBADF, duos_set_linger(none, &linger));
    assert_err(DUOS_EBADF, duos_get_linger(none, &got));
    assert_err(DUOS_EBADF, duos_set_text(none, DUOS_OPT_CONGESTION, "reno"));
    assert_err(DUOS_EBADF,
               duos_get_text(none, DUOS_OPT_BIND_DEVICE, text, sizeof text));
    assert_err(DUOS_EBADF, duos_get_reuse(none, &policy));
    assert_err(DUOS_EBADF, duos_opt_supported(none, DUOS_OPT_NODELAY));
    assert_err(DUOS_EBADF, duos_take_error(none, &pending));
    assert_int_equal(pending, 5);
}

/* ---- the pending error ------------------------------------------------ */

static void test_take_error_gives_none_or_the_reason(void **state)
{
    duos_addr at = net_deserted(DUOS_IPV4);
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    duos_err pending = 5;

    (void)state;
    assert_ok(duos_take_error(s, &pending));
    assert_int_equal(pending, DUOS_OK);
    if (duos_connect(s, &at) == DUOS_EINPROGRESS) {
        net_await(s, DUOS_WRITE);
        assert_ok(duos_take_error(s, &pending));
        assert_int_equal(pending, DUOS_ECONNREFUSED);
        assert_ok(duos_take_error(s, &pending));
        assert_int_equal(pending,
                         os_is_windows() ? DUOS_ECONNREFUSED : DUOS_OK);
    }
    net_close(&s);
}

/* ---- the raw calls ---------------------------------------------------- */

static void test_getsockopt_reads_what_the_system_says(void **state)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    const int on = 1;
    int value = 0;
    size_t len = sizeof value;

    (void)state;
    assert_ok(duos_getsockopt(s, os_level_socket, os_opt_type, &value, &len));
    assert_true(len > 0 && len <= sizeof value);
    assert_true(value != 0);
    assert_ok(duos_setsockopt(s, os_level_socket, os_opt_reuse_address, &on,
                              sizeof on));
    value = 0;
    len = sizeof value;
    assert_ok(duos_getsockopt(s, os_level_socket, os_opt_reuse_address, &value,
                              &len));
    assert_true(value != 0);
    net_close(&s);
}

static void test_API9_setsockopt_wrong_argument_is_refused(void **state)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    const int level = os_level_socket;
    const int name = os_opt_reuse_address;
    int value = 1;
    size_t len = sizeof value;

    (void)state;
    assert_err(DUOS_EINVAL, duos_setsockopt(s, level, name, NULL, 4));
    assert_err(DUOS_EINVAL, duos_getsockopt(s, level, name, NULL, &len));
    assert_err(DUOS_EINVAL, duos_getsockopt(s, level, name, &value, NULL));
    assert_err(DUOS_ENOPROTOOPT,
               duos_setsockopt(s, level, os_opt_unknown, &value, len));
    assert_err(DUOS_ENOPROTOOPT,
               duos_getsockopt(s, level, os_opt_unknown, &value, &len));
    assert_err(DUOS_EBADF, duos_setsockopt(none, level, name, &value, len));
    assert_err(DUOS_EBADF, duos_getsockopt(none, level, name, &value, &len));
    assert_int_equal(len, sizeof value);
    net_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_option_table_describes_every_option),
        cmocka_unit_test(test_option_table_has_nothing_else),
        cmocka_unit_test(test_option_table_has_no_option_that_needs_more),
        cmocka_unit_test(test_option_refusal_says_which_option_and_range),
        cmocka_unit_test(test_option_refusal_always_fits),
        cmocka_unit_test(
            test_trap_57_option_keepalive_details_are_set_or_enotsup),
        cmocka_unit_test(test_trap_53_option_timeout_of_1_ms_is_not_none),
        cmocka_unit_test(test_option_type_and_listening_tell_what_it_is),
        cmocka_unit_test(test_trap_54_option_bool_is_true_or_false),
        cmocka_unit_test(test_option_linger_off_is_off),
        cmocka_unit_test(test_API9_option_of_another_socket_kind_is_enotsup),
        cmocka_unit_test(test_API9_option_of_another_kind_is_einval),
        cmocka_unit_test(test_API9_option_out_of_range_is_erange),
        cmocka_unit_test(test_API2_option_of_no_socket_is_ebadf),
        cmocka_unit_test(test_take_error_gives_none_or_the_reason),
        cmocka_unit_test(test_getsockopt_reads_what_the_system_says),
        cmocka_unit_test(test_API9_setsockopt_wrong_argument_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
