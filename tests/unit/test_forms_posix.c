/* SPDX-License-Identifier: MIT */
/*
 * test_forms_posix.c - how options, addresses and control data travel, in the
 * forms that this system does not use or no kernel gives.
 */
#include "posix/envelope.h"
#include "posix/fdbits.h"
#include "posix/option_rows.h"

#include <net/if.h>

#include "support/check.h"

/* ---- options ------------------------------------------------------------ */

static void test_option_device_is_the_index_of_its_name(void **state)
{
    static const duos__native n = {DUOS__FORM_DEVICE, 0, 0, 1};
    duos__native_value native;
    sys_optval value;
    char name[IF_NAMESIZE];

    (void)state;
    assert_non_null(if_indextoname(1, name));
    memset(&value, 0, sizeof value);
    memcpy(value.text, name, strlen(name));
    assert_int_equal(duos__opt_encode(&n, &value, &native), sizeof(int));
    assert_int_equal(native.number, 1);
    memset(&value, 0xa5, sizeof value);
    assert_ok(duos__opt_decode(&n, &native, sizeof(int), &value));
    assert_string_equal(value.text, name);
}

/* An empty name undoes it; one that nothing has is refused. */
static void test_option_device_without_a_name_is_0(void **state)
{
    static const duos__native n = {DUOS__FORM_DEVICE, 0, 0, 1};
    duos__native_value native;
    sys_optval value;

    (void)state;
    memset(&value, 0, sizeof value);
    assert_int_equal(duos__opt_encode(&n, &value, &native), sizeof(int));
    assert_int_equal(native.number, 0);
    memset(&value, 0xa5, sizeof value);
    assert_ok(duos__opt_decode(&n, &native, sizeof(int), &value));
    assert_string_equal(value.text, "");
    native.number = INT_MAX; /* an interface that has gone */
    assert_ok(duos__opt_decode(&n, &native, sizeof(int), &value));
    assert_string_equal(value.text, "");
    memcpy(value.text, "no such one", 12);
    assert_int_equal(duos__opt_encode(&n, &value, &native), 0);
}

static void test_option_switch_is_0_or_1(void **state)
{
    static const duos__native n = {DUOS__FORM_SWITCH, 0, 0, 1};
    duos__native_value native;
    sys_optval value;

    (void)state;
    memset(&value, 0, sizeof value);
    value.number = 256;
    assert_int_equal(duos__opt_encode(&n, &value, &native), sizeof(int));
    assert_int_equal(native.number, 1);
    value.number = 0;
    (void)duos__opt_encode(&n, &value, &native);
    assert_int_equal(native.number, 0);
}

static void test_option_time_beyond_a_number_is_the_greatest(void **state)
{
    static const duos__native time = {DUOS__FORM_TIMEVAL, 0, 0, 1};
    static const duos__native seconds = {DUOS__FORM_MS, 0, 0, 1000};
    duos__native_value native;
    sys_optval value;

    (void)state;
    memset(&native, 0, sizeof native);
    native.time.tv_sec = INT32_MAX / 1000;
    assert_ok(duos__opt_decode(&time, &native, sizeof native.time, &value));
    assert_int_equal(value.number, INT32_MAX);
    native.time.tv_sec--;
    native.time.tv_usec = 1; /* rounded up, never to no limit */
    assert_ok(duos__opt_decode(&time, &native, sizeof native.time, &value));
    assert_int_equal(value.number, (INT32_MAX / 1000 - 1) * 1000 + 1);
    native.number = INT32_MAX / 1000 + 1;
    assert_ok(duos__opt_decode(&seconds, &native, sizeof(int), &value));
    assert_int_equal(value.number, INT32_MAX);
    native.number = INT32_MAX / 1000;
    assert_ok(duos__opt_decode(&seconds, &native, sizeof(int), &value));
    assert_int_equal(value.number, INT32_MAX / 1000 * 1000);
}

/* Linux gives an address instead, which nobody has set. */
static void test_option_interface_is_read_from_a_whole_one_alone(void **state)
{
    static const duos__native n = {DUOS__FORM_MREQN, 0, 0, 1};
    duos__native_value native;
    sys_optval value;

    (void)state;
    memset(&native, 0, sizeof native);
    native.interface.imr_ifindex = 3;
    assert_ok(duos__opt_decode(&n, &native, sizeof native.interface, &value));
    assert_int_equal(value.number, 3);
    assert_err(DUOS_ENOTSUP, duos__opt_decode(&n, &native, 4, &value));
}

/* ---- addresses ---------------------------------------------------------- */

static void test_addr_native_path_too_long_is_enametoolong(void **state)
{
    duos__sockaddr native;
    duos_addr addr;
    socklen_t len;

    (void)state;
    memset(&native, 0, sizeof native);
    memset(&addr, 0, sizeof addr);
    addr.family = DUOS_UNIX;
    addr.path_len = sizeof native.path.sun_path;
    memset(addr.ip.path, 'x', sizeof addr.ip.path);
    assert_err(DUOS_ENAMETOOLONG, duos__addr_to_native(&addr, &native, &len));
    /* One of the kernel's that has no NUL, as Linux allows. */
    native.any.sa_family = AF_UNIX;
    memset(native.path.sun_path, 'x', sizeof native.path.sun_path);
    assert_err(DUOS_ENAMETOOLONG,
               duos__addr_from_native(&native, sizeof native.path, &addr));
    assert_int_equal(addr.family, DUOS_UNSPEC);
}

static void test_addr_native_of_another_family_is_eafnosupport(void **state)
{
    duos__sockaddr native;
    duos_addr addr;
    socklen_t len;

    (void)state;
    memset(&native, 0, sizeof native);
    memset(&addr, 0, sizeof addr);
    assert_err(DUOS_EAFNOSUPPORT, duos__addr_to_native(&addr, &native, &len));
    addr.family = DUOS_IPV4;
    native.any.sa_family = AF_UNSPEC;
    assert_err(DUOS_EAFNOSUPPORT,
               duos__addr_from_native(&native, sizeof native, &addr));
    assert_int_equal(addr.family, DUOS_UNSPEC);
}

/* ---- control data ------------------------------------------------------- */

/* Control data of one item, as a kernel would have written it. */
typedef struct parcel {
    duos__envelope envelope;
    struct msghdr header;
    duos_message message;
} parcel;

static struct cmsghdr *pack(parcel *p, int level, int type, const void *data,
                            size_t len)
{
    struct cmsghdr *item;

    memset(p, 0, sizeof *p);
    p->header.msg_control = p->envelope.control.bytes;
    p->header.msg_controllen = (socklen_t)CMSG_SPACE(len);
    item = CMSG_FIRSTHDR(&p->header);
    item->cmsg_level = level;
    item->cmsg_type = type;
    item->cmsg_len = (socklen_t)CMSG_LEN(len);
    if (len > 0) {
        memcpy(CMSG_DATA(item), data, len);
    }
    return item;
}

static void open_parcel(parcel *p)
{
    duos__envelope_open(&p->envelope, &p->header, 1, &p->message);
}

/* A destination on one link says which. */
static void test_message_local_of_a_link_has_its_scope(void **state)
{
    static const uint8_t link[16] = {0xfe, 0xbf, [15] = 1};
    static const uint8_t site[16] = {0xfe, 0xc0, [15] = 1};
    struct in6_pktinfo info;
    parcel p;

    (void)state;
    memset(&info, 0, sizeof info);
    info.ipi6_ifindex = 5;
    memcpy(&info.ipi6_addr, link, 16);
    (void)pack(&p, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    open_parcel(&p);
    assert_int_equal(p.message.has, DUOS_HAS_LOCAL | DUOS_HAS_IFINDEX);
    assert_int_equal(p.message.local.scope, 5);
    assert_int_equal(p.message.ifindex, 5);
    memcpy(&info.ipi6_addr, site, 16);
    (void)pack(&p, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    open_parcel(&p);
    assert_int_equal(p.message.local.scope, 0);
}

/* What is shorter than it should be says nothing. */
static void test_message_control_data_cut_short_says_nothing(void **state)
{
    static const char zeros[sizeof(struct in6_pktinfo)];
    parcel p;

    (void)state;
    (void)pack(&p, IPPROTO_IPV6, IPV6_PKTINFO, zeros,
               sizeof(struct in6_pktinfo) - 1);
    open_parcel(&p);
    assert_int_equal(p.message.has, 0);
    (void)pack(&p, IPPROTO_IP, DUOS__PKTINFO4, zeros,
               sizeof(duos__pktinfo4) - 1);
    open_parcel(&p);
    assert_int_equal(p.message.has, 0);
    (void)pack(&p, SOL_SOCKET, SCM_TIMESTAMP, zeros,
               sizeof(struct timeval) - 1);
    open_parcel(&p);
    assert_int_equal(p.message.has, 0);
    (void)pack(&p, SOL_SOCKET, SCM_TIMESTAMPNS, zeros,
               sizeof(struct timespec) - 1);
    open_parcel(&p);
    assert_int_equal(p.message.has, 0);
}

/* Lengths that cannot be: it ends there, instead of running on. */
static void test_message_control_data_of_a_wrong_length_ends(void **state)
{
    parcel p;
    struct cmsghdr *item = pack(&p, IPPROTO_IP, IP_TTL, "\0\0\0\7", 4);

    (void)state;
    assert_null(duos__cmsg_next(&p.header, item)); /* the last one */
    item->cmsg_len = 1;
    assert_null(duos__cmsg_next(&p.header, item));
    open_parcel(&p);
    assert_int_equal(p.message.has, 0);
    item->cmsg_len = p.header.msg_controllen + 1;
    assert_null(duos__cmsg_next(&p.header, item));
}

/* ---- rows of bits ------------------------------------------------------- */

static void test_fdbits_of_no_descriptor_is_ebadf(void **state)
{
    duos__fdbits bits;

    (void)state;
    duos__fdbits_init(&bits, 3);
    assert_err(DUOS_EBADF,
               duos__fdbits_reserve(&bits, -1, duos_alloc_default()));
    assert_int_equal(bits.row_words, 0);
    duos__fdbits_fini(&bits, duos_alloc_default());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_option_device_is_the_index_of_its_name),
        cmocka_unit_test(test_option_device_without_a_name_is_0),
        cmocka_unit_test(test_option_switch_is_0_or_1),
        cmocka_unit_test(test_option_time_beyond_a_number_is_the_greatest),
        cmocka_unit_test(test_option_interface_is_read_from_a_whole_one_alone),
        cmocka_unit_test(test_addr_native_path_too_long_is_enametoolong),
        cmocka_unit_test(test_addr_native_of_another_family_is_eafnosupport),
        cmocka_unit_test(test_message_local_of_a_link_has_its_scope),
        cmocka_unit_test(test_message_control_data_cut_short_says_nothing),
        cmocka_unit_test(test_message_control_data_of_a_wrong_length_ends),
        cmocka_unit_test(test_fdbits_of_no_descriptor_is_ebadf),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
