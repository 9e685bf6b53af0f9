/* SPDX-License-Identifier: MIT */
/*
 * test_option_table.c - every option on every kind of socket: what is set is
 * read back, and whatever the answer is, nothing else has changed.
 */
#include "support/net.h"

#include <duosock/option.h>

enum {
    KINDS = 4,
    LINUX_SETS = 45, /* options that must be set and read back there */
    WINE_SETS = 20
};

static const struct {
    const char *name;
    duos_family family;
    duos_type type;
} kinds[KINDS] = {
    {"tcp4", DUOS_IPV4, DUOS_STREAM},
    {"tcp6", DUOS_IPV6, DUOS_STREAM},
    {"udp4", DUOS_IPV4, DUOS_DGRAM},
    {"udp6", DUOS_IPV6, DUOS_DGRAM},
};

/* The index of an interface that every system has. */
#define LOOPBACK 1

/* ---- values of every kind ---------------------------------------------- */

typedef struct value {
    duos_err err;
    bool on;
    int32_t number;
    duos_linger linger;
    char text[DUOS_OPT_TEXT_MAX];
} value;

static value get(duos_socket s, duos_opt opt)
{
    value v;

    memset(&v, 0, sizeof v);
    switch (duos_opt_describe(opt)->kind) {
    case DUOS_KIND_BOOL:
        v.err = duos_get_bool(s, opt, &v.on);
        break;
    case DUOS_KIND_INT:
        v.err = duos_get_int(s, opt, &v.number);
        break;
    case DUOS_KIND_MS:
        v.err = duos_get_ms(s, opt, &v.number);
        break;
    case DUOS_KIND_LINGER:
        v.err = duos_get_linger(s, &v.linger);
        break;
    case DUOS_KIND_TEXT:
        v.err = duos_get_text(s, opt, v.text, sizeof v.text);
        break;
    case DUOS_KIND_ERROR:
        break;
    }
    return v;
}

static duos_err set(duos_socket s, duos_opt opt, const value *v)
{
    switch (duos_opt_describe(opt)->kind) {
    case DUOS_KIND_BOOL:
        return duos_set_bool(s, opt, v->on);
    case DUOS_KIND_INT:
        return duos_set_int(s, opt, v->number);
    case DUOS_KIND_MS:
        return duos_set_ms(s, opt, v->number);
    case DUOS_KIND_LINGER:
        return duos_set_linger(s, &v->linger);
    case DUOS_KIND_TEXT:
        return duos_set_text(s, opt, v->text);
    case DUOS_KIND_ERROR:
        break;
    }
    return DUOS_EINVAL;
}

static bool same(const value *a, const value *b)
{
    return a->err == b->err && a->on == b->on && a->number == b->number &&
           a->linger.on == b->linger.on &&
           a->linger.seconds == b->linger.seconds &&
           strcmp(a->text, b->text) == 0;
}

/* A number within the range that is not the one now. */
static int32_t other_number(duos_opt opt, const value *now)
{
    const duos_opt_info *info = duos_opt_describe(opt);

    switch ((int)opt) {
    case DUOS_OPT_UNICAST_IF:
    case DUOS_OPT_MULTICAST_IF:
        return LOOPBACK;
    case DUOS_OPT_SEND_BUFFER:
    case DUOS_OPT_RECV_BUFFER:
    case DUOS_OPT_WINDOW_CLAMP:
        return 16384;
    case DUOS_OPT_MAXSEG:
        return 500;
    case DUOS_OPT_TOS:
        return 0x28;
    case DUOS_OPT_PRIORITY: /* more is for the privileged */
        return 3;
    default:
        if (info->max == 1) {
            return 1 - now->number;
        }
        if (info->max < 12) {
            return info->max;
        }
        return now->number == 12 ? 11 : 12;
    }
}

/* Another value; a name stays what it is, since it must be one that exists. */
static value next_value(duos_opt opt, const value *now)
{
    value v = *now;

    v.err = DUOS_OK;
    switch (duos_opt_describe(opt)->kind) {
    case DUOS_KIND_BOOL:
        v.on = !now->on;
        break;
    case DUOS_KIND_INT:
        v.number = other_number(opt, now);
        break;
    case DUOS_KIND_MS:
        v.number = 3000;
        break;
    case DUOS_KIND_LINGER:
        v.linger.on = true;
        v.linger.seconds = 7;
        break;
    case DUOS_KIND_TEXT:
        if (now->err != DUOS_OK) {
            strcpy(v.text, "any");
        }
        break;
    case DUOS_KIND_ERROR:
        break;
    }
    return v;
}

/* Kernels round sizes and times up, Linux doubles the sizes (trap 55). */
static bool is_read_back(duos_opt opt, const value *wanted, const value *got)
{
    if (got->err != DUOS_OK) {
        return false;
    }
    if (opt == DUOS_OPT_SEND_BUFFER || opt == DUOS_OPT_RECV_BUFFER) {
        return got->number >= wanted->number;
    }
    if (duos_opt_describe(opt)->kind == DUOS_KIND_MS) {
        return got->number >= wanted->number &&
               got->number <= wanted->number + 1000;
    }
    return same(wanted, got);
}

/* ---- what else a socket is --------------------------------------------- */

static void snapshot(duos_socket s, value *all)
{
    int opt;

    for (opt = 1; opt < DUOS_OPT_COUNT; opt++) {
        all[opt] = get(s, (duos_opt)opt);
    }
}

/* One is part of the other, or one switches the other on. */
static bool are_related(int opt, int changed)
{
    return opt == changed ||
           (opt == DUOS_OPT_DSCP && changed == DUOS_OPT_TOS) ||
           (opt == DUOS_OPT_TOS && changed == DUOS_OPT_DSCP) ||
           (opt == DUOS_OPT_PRIORITY && changed == DUOS_OPT_TOS) ||
           (opt == DUOS_OPT_PRIORITY && changed == DUOS_OPT_DSCP) ||
           (opt == DUOS_OPT_TIMESTAMP && changed == DUOS_OPT_TIMESTAMP_NS) ||
           (opt == DUOS_OPT_TIMESTAMP_NS && changed == DUOS_OPT_TIMESTAMP);
}

static void assert_unchanged(const value *before, const value *after,
                             int changed)
{
    int opt;

    for (opt = 1; opt < DUOS_OPT_COUNT; opt++) {
        if (changed == 0 || !are_related(opt, changed)) {
            if (!same(&before[opt], &after[opt])) {
                print_error("%s changed %s\n",
                            changed == 0
                                ? "a refusal"
                                : duos_opt_describe((duos_opt)changed)->name,
                            duos_opt_describe((duos_opt)opt)->name);
            }
            assert_true(same(&before[opt], &after[opt]));
        }
    }
}

/* ---- the walk ---------------------------------------------------------- */

/* Wine has it always on, whatever is set. */
static bool is_stuck(duos_opt opt)
{
    return os_is_wine() && opt == DUOS_OPT_DONTROUTE;
}

/* Wine hands the index on as it is, where the host wants it swapped. */
static bool may_be_refused(duos_opt opt, duos_err err)
{
    return err == DUOS_EPERM || err == DUOS_EACCES ||
           (os_is_wine() && opt == DUOS_OPT_UNICAST_IF);
}

/* Whether the option was set and read back. */
static bool try_option(duos_socket s, duos_opt opt)
{
    value before[DUOS_OPT_COUNT];
    value after[DUOS_OPT_COUNT];
    value wanted;
    duos_err err;

    snapshot(s, before);
    wanted = next_value(opt, &before[opt]);
    err = set(s, opt, &wanted);
    snapshot(s, after);
    if (err != DUOS_OK) {
        if (err != DUOS_ENOTSUP && !may_be_refused(opt, err)) {
            print_error("%s to %ld: %s\n", duos_opt_describe(opt)->name,
                        (long)wanted.number, duos_err_name(err));
        }
        assert_true(err == DUOS_ENOTSUP || may_be_refused(opt, err));
        assert_unchanged(before, after, 0);
        return false;
    }
    assert_unchanged(before, after, (int)opt);
    if (after[opt].err == DUOS_ENOTSUP || is_stuck(opt)) {
        return false; /* some can be set only */
    }
    if (!is_read_back(opt, &wanted, &after[opt])) {
        print_error("%s: wanted %ld, got %ld (%s)\n",
                    duos_opt_describe(opt)->name, (long)wanted.number,
                    (long)after[opt].number, duos_err_name(after[opt].err));
    }
    assert_true(is_read_back(opt, &wanted, &after[opt]));
    return true;
}

/* How many of the options that can be set were, on one kind of socket. */
static int walk(int kind, bool *was_set)
{
    int opt;
    int count = 0;

    for (opt = 1; opt < DUOS_OPT_COUNT; opt++) {
        if (duos_opt_describe((duos_opt)opt)->settable) {
            duos_socket s = net_open(kinds[kind].family, kinds[kind].type);

            if (try_option(s, (duos_opt)opt)) {
                was_set[opt] = true;
                count++;
            }
            net_close(&s);
        }
    }
    return count;
}

static void test_API9_option_every_one_is_set_or_leaves_no_trace(void **state)
{
    bool was_set[DUOS_OPT_COUNT] = {false};
    int total = 0;
    int i;

    (void)state;
    for (i = 0; i < KINDS; i++) {
        if (kinds[i].family == DUOS_IPV4 || net_has_ipv6()) {
            print_message("%s: %d set and read back\n", kinds[i].name,
                          walk(i, was_set));
        }
    }
    for (i = 1; i < DUOS_OPT_COUNT; i++) {
        total += was_set[i];
    }
    print_message("%d of %d options set and read back\n", total,
                  DUOS_OPT_COUNT - 1);
    assert_true(DUOS_OPT_COUNT - 1 >= 60);
    assert_true(!os_is_linux() || total >= LINUX_SETS);
    assert_true(!os_is_windows() || total >= WINE_SETS);
}

/* ---- what is asked before ---------------------------------------------- */

static bool scope_has(const duos_opt_info *info, int kind)
{
    bool tcp = kinds[kind].type == DUOS_STREAM;
    bool v6 = kinds[kind].family == DUOS_IPV6;

    switch (info->scope) {
    case DUOS_FOR_ANY:
    case DUOS_FOR_IP:
        return true;
    case DUOS_FOR_STREAM:
    case DUOS_FOR_TCP:
        return tcp;
    case DUOS_FOR_IPV6:
        return v6;
    case DUOS_FOR_UDP:
        return !tcp;
    case DUOS_FOR_UDP_IPV4:
        return !tcp && !v6;
    }
    return false;
}

static void check_query(int kind, duos_opt opt)
{
    const duos_opt_info *info = duos_opt_describe(opt);
    duos_socket s = net_open(kinds[kind].family, kinds[kind].type);
    duos_err has = duos_opt_supported(s, opt);
    value v = get(s, opt);

    assert_true(has == DUOS_OK || has == DUOS_ENOTSUP);
    if (!scope_has(info, kind)) {
        assert_int_equal(has, DUOS_ENOTSUP);
        assert_true(v.err == DUOS_ENOTSUP);
    }
    if (v.err == DUOS_OK) {
        assert_int_equal(has, DUOS_OK);
    }
    if (has == DUOS_ENOTSUP) {
        assert_int_equal(v.err, DUOS_ENOTSUP);
    }
    net_close(&s);
}

static void test_option_supported_says_what_reading_says(void **state)
{
    int kind, opt;

    (void)state;
    for (kind = 0; kind < KINDS; kind++) {
        if (kinds[kind].family == DUOS_IPV6 && !net_has_ipv6()) {
            continue;
        }
        for (opt = 1; opt < DUOS_OPT_COUNT; opt++) {
            check_query(kind, (duos_opt)opt);
        }
    }
}

/* What every system must have: without these the table would be all dashes. */
static void test_option_common_ones_are_supported(void **state)
{
    static const duos_opt for_all[] = {
        DUOS_OPT_SEND_BUFFER,  DUOS_OPT_RECV_BUFFER, DUOS_OPT_SEND_TIMEOUT,
        DUOS_OPT_RECV_TIMEOUT, DUOS_OPT_TTL,         DUOS_OPT_REUSE,
        DUOS_OPT_DONTROUTE,    DUOS_OPT_TYPE,        DUOS_OPT_FAMILY,
        DUOS_OPT_PROTOCOL,     DUOS_OPT_ERROR};
    static const duos_opt for_streams[] = {
        DUOS_OPT_KEEPALIVE,  DUOS_OPT_KEEPALIVE_IDLE, DUOS_OPT_LINGER,
        DUOS_OPT_OOB_INLINE, DUOS_OPT_NODELAY,        DUOS_OPT_LISTENING};
    static const duos_opt for_datagrams[] = {
        DUOS_OPT_BROADCAST,    DUOS_OPT_MULTICAST_TTL, DUOS_OPT_MULTICAST_LOOP,
        DUOS_OPT_MULTICAST_IF, DUOS_OPT_PKTINFO,       DUOS_OPT_DONTFRAG};
    size_t i;
    int kind;

    (void)state;
    for (kind = 0; kind < KINDS; kind++) {
        bool tcp = kinds[kind].type == DUOS_STREAM;
        const duos_opt *own = tcp ? for_streams : for_datagrams;
        duos_socket s;

        if (kinds[kind].family == DUOS_IPV6 && !net_has_ipv6()) {
            continue;
        }
        s = net_open(kinds[kind].family, kinds[kind].type);
        for (i = 0; i < sizeof for_all / sizeof for_all[0]; i++) {
            assert_ok(duos_opt_supported(s, for_all[i]));
        }
        for (i = 0; i < sizeof for_streams / sizeof for_streams[0]; i++) {
            assert_ok(duos_opt_supported(s, own[i]));
        }
        net_close(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_API9_option_every_one_is_set_or_leaves_no_trace),
        cmocka_unit_test(test_option_supported_says_what_reading_says),
        cmocka_unit_test(test_option_common_ones_are_supported),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
