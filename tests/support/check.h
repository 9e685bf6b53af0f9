/* SPDX-License-Identifier: MIT */
/*
 * check.h - CMocka with what it wants included before it, and the assertions
 * that all our tests share.
 *
 * assert_ok and assert_err name the call in one place, so that a script can
 * find out which error of which function has a test: see
 * tests/rules/api_coverage.cmake.
 */
#ifndef DUOS_TESTS_CHECK_H
#define DUOS_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <duosock/duosock.h>

/* Longest that a test waits for something that must happen. */
#define PATIENCE_MS 10000

/* expr is a duos_err and must be DUOS_OK. */
#define assert_ok(expr)                                                        \
    check_err(DUOS_OK, (expr), #expr, __FILE__, __LINE__)

/* expr is a duos_err and must be code. */
#define assert_err(code, expr)                                                 \
    check_err((code), (expr), #expr, __FILE__, __LINE__)

/* low <= value <= high; CMocka's own word for it changed with 2.0. */
#define assert_between(value, low, high)                                       \
    do {                                                                       \
        assert_true((value) >= (low));                                         \
        assert_true((value) <= (high));                                        \
    } while (0)

static inline void check_err(duos_err wanted, duos_err got, const char *what,
                             const char *file, int line)
{
    if (got != wanted) {
        print_error("%s gave %s (%ld, %s), wanted %s\n", what,
                    duos_err_name(got), (long)got, duos_err_text(got),
                    duos_err_name(wanted));
        _fail(file, line);
    }
}

#endif
