/* SPDX-License-Identifier: MIT */
/*
 * test_interface.c - the interfaces of the machine that the test runs on, as
 * far as all machines have them: a loopback, names, and indices.
 */
#include "support/check.h"

#define ROOM 256

static void test_interfaces_have_a_loopback(void **state)
{
    static duos_interface list[ROOM];
    duos_addr loopback = duos_addr_loopback(DUOS_IPV4, 0);
    size_t count, i;
    bool found = false;

    (void)state;
    assert_ok(duos_interfaces(list, ROOM, &count));
    assert_between(count, 1, ROOM);
    for (i = 0; i < count; i++) {
        assert_true(strlen(list[i].name) > 0);
        assert_int_not_equal(list[i].index, 0);
        assert_int_equal(list[i].addr.port, 0);
        if (duos_addr_equal(&list[i].addr, &loopback)) {
            found = true;
            assert_true(list[i].loopback);
            assert_true(list[i].up);
            assert_int_equal(list[i].prefix, 8);
        }
    }
    assert_true(found);
}

/* Each address can be bound to, so it is one of ours. */
static void test_interfaces_addresses_are_of_this_machine(void **state)
{
    static duos_interface list[ROOM];
    size_t count, i;

    (void)state;
    assert_ok(duos_interfaces(list, ROOM, &count));
    for (i = 0; i < count && i < ROOM; i++) {
        duos_socket s;

        if (list[i].addr.family != DUOS_IPV4) {
            continue; /* an IPv6 one may be tentative still */
        }
        assert_ok(duos_open(DUOS_IPV4, DUOS_DGRAM, 0, &s));
        assert_ok(duos_bind(s, &list[i].addr));
        assert_ok(duos_close(&s));
    }
}

static void test_interfaces_count_tells_what_was_left_out(void **state)
{
    static duos_interface list[ROOM];
    duos_interface one[2];
    duos_interface untouched;
    size_t all, count;

    (void)state;
    memset(&untouched, 0xa5, sizeof untouched);
    one[1] = untouched;
    assert_ok(duos_interfaces(list, ROOM, &all));
    assert_ok(duos_interfaces(NULL, 0, &count));
    assert_int_equal(count, all);
    assert_ok(duos_interfaces(one, 1, &count));
    assert_int_equal(count, all);
    assert_memory_equal(&one[0], &list[0], sizeof one[0]);
    assert_memory_equal(&one[1], &untouched, sizeof untouched);
    assert_err(DUOS_EINVAL, duos_interfaces(NULL, 1, &count));
    assert_err(DUOS_EINVAL, duos_interfaces(list, ROOM, NULL));
}

static void test_trap_75_interface_name_and_index_lead_back(void **state)
{
    static duos_interface list[ROOM];
    size_t count, i;

    (void)state;
    assert_ok(duos_interfaces(list, ROOM, &count));
    for (i = 0; i < count && i < ROOM; i++) {
        char name[DUOS_INTERFACE_NAME_MAX + 1];
        uint32_t index = 0;

        assert_ok(duos_interface_index(list[i].name, &index));
        assert_int_equal(index, list[i].index);
        assert_ok(duos_interface_name(index, name, sizeof name));
        assert_string_equal(name, list[i].name);
        assert_ok(duos_interface_name(index, name, strlen(name) + 1));
    }
}

static void test_interface_unknown_is_enoent(void **state)
{
    char longest[DUOS_INTERFACE_NAME_MAX + 2];
    char name[DUOS_INTERFACE_NAME_MAX + 1] = "#";
    duos_interface first;
    uint32_t index = 77;
    size_t count;

    (void)state;
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    assert_err(DUOS_ENAMETOOLONG, duos_interface_index(longest, &index));
    longest[sizeof longest - 2] = '\0';
    assert_err(DUOS_ENOENT, duos_interface_index(longest, &index));
    assert_err(DUOS_ENOENT, duos_interface_index("no-such-if", &index));
    assert_err(DUOS_ENOENT, duos_interface_index("", &index));
    assert_err(DUOS_EINVAL, duos_interface_index(NULL, &index));
    assert_err(DUOS_EINVAL, duos_interface_index("lo", NULL));
    assert_err(DUOS_ENOENT, duos_interface_name(0, name, sizeof name));
    assert_err(DUOS_ENOENT, duos_interface_name(0x7ffffff, name, sizeof name));
    assert_err(DUOS_EINVAL, duos_interface_name(1, NULL, 5));
    assert_ok(duos_interfaces(&first, 1, &count));
    assert_err(DUOS_ENOSPACE, duos_interface_name(first.index, name, 0));
    assert_err(DUOS_ENOSPACE,
               duos_interface_name(first.index, name, strlen(first.name)));
    assert_int_equal(index, 77);
    assert_string_equal(name, "#");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interfaces_have_a_loopback),
        cmocka_unit_test(test_interfaces_addresses_are_of_this_machine),
        cmocka_unit_test(test_interfaces_count_tells_what_was_left_out),
        cmocka_unit_test(test_trap_75_interface_name_and_index_lead_back),
        cmocka_unit_test(test_interface_unknown_is_enoent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
