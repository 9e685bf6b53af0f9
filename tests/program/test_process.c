/* SPDX-License-Identifier: MIT */
/*
 * test_process.c - the program's threads and its environment, from inside.
 * CMake gives the variable.
 */
#include "cli/os.h"

#include "support/check.h"

#include <stdlib.h>

#define VARIABLE "DUOSOCK_TEST_VARIABLE"

static void test_UX5_take_variable_given_is_there_only_once(void **state)
{
    char *text;

    (void)state;
    assert_string_equal(getenv(VARIABLE), "given");
    assert_int_equal(os_take_variable(VARIABLE, &text), 0);
    if (text == NULL) {
        skip(); /* no such custom on this system */
    }
    assert_string_equal(text, "given");
    free(text);
    assert_null(getenv(VARIABLE));
    assert_int_equal(os_take_variable(VARIABLE, &text), 0);
    assert_null(text);
}

static void be_late(void *user)
{
    os_pause(50);
    *(int *)user = 1;
}

static void test_thread_join_waits_for_the_end(void **state)
{
    os_thread *threads[3];
    int ended[3] = {0, 0, 0};
    int i;

    (void)state;
    for (i = 0; i < 3; i++) {
        assert_int_equal(os_thread_start(be_late, &ended[i], &threads[i]), 0);
    }
    for (i = 0; i < 3; i++) {
        os_thread_join(threads[i]);
        assert_int_equal(ended[i], 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_UX5_take_variable_given_is_there_only_once),
        cmocka_unit_test(test_thread_join_waits_for_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
