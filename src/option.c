/* SPDX-License-Identifier: MIT */
/*
 * option.c - the table of options, and the typed functions that it checks.
 *
 * What is out of range or of another kind is refused here, before the system
 * hears of it. Two options are no options of the systems: DSCP is a part of
 * TOS, and REUSE is a policy.
 */
#include <duosock/option.h>

#include <string.h>

#include "interface_err.h"
#include "opt_scope.h"
#include "sys.h"

/* Indexed by duos_opt; entry 0 is DUOS_OPT_NONE. */
static const duos_opt_info option_table[DUOS_OPT_COUNT] = {
    {NULL, NULL, DUOS_KIND_BOOL, DUOS_FOR_ANY, false, 0, 0},
#define OPTION_ROW(name, kind, settable, min, max, scope, text)                \
    {#name, text, DUOS_KIND_##kind, DUOS_FOR_##scope, settable, min, max},
    DUOS_OPTION_MAP(OPTION_ROW)
#undef OPTION_ROW
};

/* DSCP is the rest of the traffic class beside these bits (RFC 3168). */
enum {
    ECN_BITS = 2,
    ECN_MASK = (1 << ECN_BITS) - 1
};

const duos_opt_info *duos_opt_describe(duos_opt opt)
{
    if ((int)opt <= DUOS_OPT_NONE || (int)opt >= DUOS_OPT_COUNT) {
        return NULL;
    }
    return &option_table[opt];
}

/* ---- every option by its value ----------------------------------------- */

static duos_err set_dscp(duos_socket s, int32_t dscp)
{
    sys_optval tos;
    duos_err err = sys_opt_get(s, DUOS_OPT_TOS, &tos);

    if (err == DUOS_OK) {
        tos.number = dscp << ECN_BITS | (tos.number & ECN_MASK);
        err = sys_opt_set(s, DUOS_OPT_TOS, &tos);
    }
    return err;
}

/* A policy of ports, which other sockets do not have. */
static duos_err check_reuse(duos_socket s)
{
    sys_optval family;
    duos_err err = sys_opt_get(s, DUOS_OPT_FAMILY, &family);

    if (err == DUOS_OK && !duos__scope_has(option_table[DUOS_OPT_REUSE].scope,
                                           (int)family.number, 0)) {
        err = DUOS_ENOTSUP;
    }
    return err;
}

static duos_err set_reuse(duos_socket s, duos_reuse policy)
{
    duos_err err = check_reuse(s);

    return err == DUOS_OK ? sys_set_reuse(s, policy) : err;
}

/* Only the failure of a name is looked into: most sets are no names. */
static duos_err set_system(duos_socket s, duos_opt opt, const sys_optval *value)
{
    duos_err err = sys_opt_set(s, opt, value);
    uint32_t index;

    switch ((int)opt) {
    case DUOS_OPT_UNICAST_IF:
    case DUOS_OPT_MULTICAST_IF:
        return duos__interface_err(err, (uint32_t)value->number);
    case DUOS_OPT_BIND_DEVICE:
        if (err == DUOS_OK || err == DUOS_ENOTSUP || err == DUOS_EBADF ||
            sys_interface_index(value->text, &index) != DUOS_ENOENT) {
            return err;
        }
        return DUOS_ENOENT;
    default:
        return err;
    }
}

static duos_err set_value(duos_socket s, duos_opt opt, const sys_optval *value)
{
    if (opt == DUOS_OPT_DSCP) {
        return set_dscp(s, value->number);
    }
    if (opt == DUOS_OPT_REUSE) {
        return set_reuse(s, (duos_reuse)value->number);
    }
    return set_system(s, opt, value);
}

static duos_err get_dscp(duos_socket s, sys_optval *value)
{
    duos_err err = sys_opt_get(s, DUOS_OPT_TOS, value);

    if (err == DUOS_OK) {
        value->number >>= ECN_BITS;
    }
    return err;
}

static duos_err get_reuse(duos_socket s, sys_optval *value)
{
    duos_reuse policy;
    duos_err err = duos_get_reuse(s, &policy);

    if (err == DUOS_OK) {
        value->number = (int32_t)policy;
    }
    return err;
}

static duos_err get_value(duos_socket s, duos_opt opt, sys_optval *value)
{
    if (opt == DUOS_OPT_DSCP) {
        return get_dscp(s, value);
    }
    if (opt == DUOS_OPT_REUSE) {
        return get_reuse(s, value);
    }
    return sys_opt_get(s, opt, value);
}

duos_err duos_opt_supported(duos_socket s, duos_opt opt)
{
    if (duos_opt_describe(opt) == NULL) {
        return DUOS_EINVAL;
    }
    switch ((int)opt) {
    case DUOS_OPT_DSCP:
        return sys_opt_supported(s, DUOS_OPT_TOS);
    case DUOS_OPT_REUSE:
        return check_reuse(s);
    case DUOS_OPT_ERROR:
        return sys_opt_supported(s, DUOS_OPT_TYPE); /* any socket has it */
    default:
        return sys_opt_supported(s, opt);
    }
}

/* ---- by kind ----------------------------------------------------------- */

static bool has_kind(duos_opt opt, duos_opt_kind kind)
{
    const duos_opt_info *info = duos_opt_describe(opt);

    return info != NULL && info->kind == kind;
}

static bool in_range(duos_opt opt, int32_t value)
{
    return value >= option_table[opt].min && value <= option_table[opt].max;
}

static duos_err set_number(duos_socket s, duos_opt opt, duos_opt_kind kind,
                           int32_t value)
{
    sys_optval v;

    if (!has_kind(opt, kind) || !option_table[opt].settable) {
        return DUOS_EINVAL;
    }
    if (!in_range(opt, value)) {
        return DUOS_ERANGE;
    }
    v.number = value;
    return set_value(s, opt, &v);
}

static duos_err get_number(duos_socket s, duos_opt opt, duos_opt_kind kind,
                           int32_t *value)
{
    sys_optval v;
    duos_err err;

    if (value == NULL || !has_kind(opt, kind)) {
        return DUOS_EINVAL;
    }
    err = get_value(s, opt, &v);
    if (err == DUOS_OK) {
        *value = v.number;
    }
    return err;
}

duos_err duos_set_bool(duos_socket s, duos_opt opt, bool value)
{
    sys_optval v;

    if (!has_kind(opt, DUOS_KIND_BOOL) || !option_table[opt].settable) {
        return DUOS_EINVAL;
    }
    v.on = value;
    return set_value(s, opt, &v);
}

duos_err duos_get_bool(duos_socket s, duos_opt opt, bool *value)
{
    sys_optval v;
    duos_err err;

    if (value == NULL || !has_kind(opt, DUOS_KIND_BOOL)) {
        return DUOS_EINVAL;
    }
    err = get_value(s, opt, &v);
    if (err == DUOS_OK) {
        *value = v.on;
    }
    return err;
}

duos_err duos_set_int(duos_socket s, duos_opt opt, int32_t value)
{
    return set_number(s, opt, DUOS_KIND_INT, value);
}

duos_err duos_get_int(duos_socket s, duos_opt opt, int32_t *value)
{
    return get_number(s, opt, DUOS_KIND_INT, value);
}

duos_err duos_set_ms(duos_socket s, duos_opt opt, int32_t value)
{
    return set_number(s, opt, DUOS_KIND_MS, value);
}

duos_err duos_get_ms(duos_socket s, duos_opt opt, int32_t *value)
{
    return get_number(s, opt, DUOS_KIND_MS, value);
}

duos_err duos_set_linger(duos_socket s, const duos_linger *value)
{
    sys_optval v;

    if (value == NULL) {
        return DUOS_EINVAL;
    }
    if (!in_range(DUOS_OPT_LINGER, value->seconds)) {
        return DUOS_ERANGE;
    }
    v.linger = *value;
    return set_value(s, DUOS_OPT_LINGER, &v);
}

duos_err duos_get_linger(duos_socket s, duos_linger *value)
{
    sys_optval v;
    duos_err err;

    if (value == NULL) {
        return DUOS_EINVAL;
    }
    err = get_value(s, DUOS_OPT_LINGER, &v);
    if (err == DUOS_OK) {
        *value = v.linger;
    }
    return err;
}

/* Bytes before the NUL, but no more than cap. */
static size_t length(const char *text, size_t cap)
{
    const char *end = memchr(text, '\0', cap);

    return end == NULL ? cap : (size_t)(end - text);
}

duos_err duos_set_text(duos_socket s, duos_opt opt, const char *value)
{
    sys_optval v;
    size_t len;

    if (value == NULL || !has_kind(opt, DUOS_KIND_TEXT)) {
        return DUOS_EINVAL;
    }
    len = length(value, sizeof v.text);
    if (!in_range(opt, (int32_t)len)) {
        return DUOS_ERANGE;
    }
    memset(v.text, 0, sizeof v.text);
    memcpy(v.text, value, len);
    return set_value(s, opt, &v);
}

duos_err duos_get_text(duos_socket s, duos_opt opt, char *value, size_t cap)
{
    sys_optval v;
    size_t len;
    duos_err err;

    if (value == NULL || !has_kind(opt, DUOS_KIND_TEXT)) {
        return DUOS_EINVAL;
    }
    err = get_value(s, opt, &v);
    if (err != DUOS_OK) {
        return err;
    }
    len = length(v.text, sizeof v.text - 1);
    if (len >= cap) {
        return DUOS_ENOSPACE;
    }
    memcpy(value, v.text, len);
    value[len] = '\0';
    return DUOS_OK;
}

duos_err duos_take_error(duos_socket s, duos_err *pending)
{
    return pending == NULL ? DUOS_EINVAL : sys_take_error(s, pending);
}

/* Asked for first: other sockets would give a message instead. */
duos_err duos_take_report(duos_socket s, duos_addr *to, duos_err *what)
{
    duos_addr unused;
    duos_err err;

    if (what == NULL) {
        return DUOS_EINVAL;
    }
    err = sys_opt_supported(s, DUOS_OPT_RECV_ERROR);
    return err == DUOS_OK ? sys_take_report(s, to == NULL ? &unused : to, what)
                          : err;
}

duos_err duos_set_reuse(duos_socket s, duos_reuse policy)
{
    if (policy != DUOS_REUSE_SAFE && policy != DUOS_REUSE_SHARED) {
        return DUOS_EINVAL;
    }
    return set_reuse(s, policy);
}

duos_err duos_get_reuse(duos_socket s, duos_reuse *policy)
{
    duos_err err = policy == NULL ? DUOS_EINVAL : check_reuse(s);

    return err == DUOS_OK ? sys_get_reuse(s, policy) : err;
}

/* ---- raw --------------------------------------------------------------- */

duos_err duos_setsockopt(duos_socket s, int level, int name, const void *value,
                         size_t len)
{
    if (value == NULL && len > 0) {
        return DUOS_EINVAL;
    }
    return sys_opt_set_raw(s, level, name, value, len);
}

duos_err duos_getsockopt(duos_socket s, int level, int name, void *value,
                         size_t *len)
{
    if (len == NULL || (value == NULL && *len > 0)) {
        return DUOS_EINVAL;
    }
    return sys_opt_get_raw(s, level, name, value, len);
}
