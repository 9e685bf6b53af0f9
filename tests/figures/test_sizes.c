/* SPDX-License-Identifier: MIT */
/*
 * test_sizes.c - the parts of figure B6: what an idle connection consists of.
 * Each part has a budget that was given out on 64-bit systems.
 */
#include "support/check.h"

#include "poller_ops.h"
#include "server_core.h"

typedef char conn_fits[sizeof(duos_conn) <= 176 ? 1 : -1];
typedef char slot_fits[sizeof(duos__conn_slot) <= 16 ? 1 : -1];
typedef char entry_fits[sizeof(duos__poller_entry) <= 24 ? 1 : -1];

/* The compiler has judged; this says what is left. */
static void test_sizes_are_within_their_budgets(void **state)
{
    (void)state;
    print_message("connection %u of 176, slot %u of 16, poller entry %u of 24 "
                  "bytes\n",
                  (unsigned)sizeof(duos_conn),
                  (unsigned)sizeof(duos__conn_slot),
                  (unsigned)sizeof(duos__poller_entry));
    assert_int_equal(sizeof(conn_fits) + sizeof(slot_fits) + sizeof(entry_fits),
                     3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes_are_within_their_budgets)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
