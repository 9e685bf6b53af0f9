/* SPDX-License-Identifier: MIT */
/*
 * test_io_posix.c - what becomes of the words of systems that are not here:
 * macOS and the BSDs, when a send has failed.
 */
#include "posix/posix.h"

#include "support/check.h"

static sys_count after(int code)
{
    errno = code;
    return duos__send_ended(-1, 5);
}

/* Trap 44: no would-block, since waiting for room would end at once. */
static void test_trap_44_SY10_full_interface_queue_is_enobufs(void **state)
{
    (void)state;
    assert_int_equal(after(ENOBUFS), DUOS_ENOBUFS);
    assert_int_equal(after(EAGAIN), DUOS_EWOULDBLOCK);
    assert_int_equal(after(EWOULDBLOCK), DUOS_EWOULDBLOCK);
}

/* Trap 45: what macOS says while the connection is torn down. */
static void test_trap_45_SY10_wrong_type_at_a_send_is_epipe(void **state)
{
    (void)state;
    assert_int_equal(after(EPROTOTYPE), DUOS_EPIPE);
    assert_int_equal(after(EPIPE), DUOS_EPIPE);
    assert_int_equal(after(ECONNRESET), DUOS_ECONNRESET);
}

static void test_SY10_send_that_takes_nothing_would_block(void **state)
{
    (void)state;
    assert_int_equal(duos__send_ended(0, 5), DUOS_EWOULDBLOCK);
    assert_int_equal(duos__send_ended(0, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trap_44_SY10_full_interface_queue_is_enobufs),
        cmocka_unit_test(test_trap_45_SY10_wrong_type_at_a_send_is_epipe),
        cmocka_unit_test(test_SY10_send_that_takes_nothing_would_block),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
