/* SPDX-License-Identifier: MIT */
/*
 * option.c - the table of options, and the typed functions that it checks.
 */
#include <duosock/option.h>

#include "sys.h"

/* Indexed by duos_opt; entry 0 is DUOS_OPT_NONE. */
static const duos_opt_info table[DUOS_OPT_COUNT] = {
    {NULL, NULL, DUOS_KIND_BOOL, false, 0, 0},
#define OPTION_ROW(name, kind, settable, min, max, text)                       \
    {#name, text, DUOS_KIND_##kind, settable, min, max},
    DUOS_OPTION_MAP(OPTION_ROW)
#undef OPTION_ROW
};

const duos_opt_info *duos_opt_describe(duos_opt opt)
{
    if ((int)opt <= DUOS_OPT_NONE || (int)opt >= DUOS_OPT_COUNT) {
        return NULL;
    }
    return &table[opt];
}

static bool has_kind(duos_opt opt, duos_opt_kind kind)
{
    const duos_opt_info *info = duos_opt_describe(opt);

    return info != NULL && info->kind == kind;
}

static duos_err set_number(duos_socket s, duos_opt opt, duos_opt_kind kind,
                           int32_t value)
{
    sys_optval v;

    if (!has_kind(opt, kind) || !table[opt].settable) {
        return DUOS_EINVAL;
    }
    if (value < table[opt].min || value > table[opt].max) {
        return DUOS_ERANGE;
    }
    v.number = value;
    return sys_opt_set(s, opt, &v);
}

static duos_err get_number(duos_socket s, duos_opt opt, duos_opt_kind kind,
                           int32_t *value)
{
    sys_optval v;
    duos_err err;

    if (value == NULL || !has_kind(opt, kind)) {
        return DUOS_EINVAL;
    }
    err = sys_opt_get(s, opt, &v);
    if (err == DUOS_OK) {
        *value = v.number;
    }
    return err;
}

duos_err duos_set_bool(duos_socket s, duos_opt opt, bool value)
{
    sys_optval v;

    if (!has_kind(opt, DUOS_KIND_BOOL) || !table[opt].settable) {
        return DUOS_EINVAL;
    }
    v.on = value;
    return sys_opt_set(s, opt, &v);
}

duos_err duos_get_bool(duos_socket s, duos_opt opt, bool *value)
{
    sys_optval v;
    duos_err err;

    if (value == NULL || !has_kind(opt, DUOS_KIND_BOOL)) {
        return DUOS_EINVAL;
    }
    err = sys_opt_get(s, opt, &v);
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
    if (value->seconds < table[DUOS_OPT_LINGER].min ||
        value->seconds > table[DUOS_OPT_LINGER].max) {
        return DUOS_ERANGE;
    }
    v.linger = *value;
    return sys_opt_set(s, DUOS_OPT_LINGER, &v);
}

duos_err duos_get_linger(duos_socket s, duos_linger *value)
{
    sys_optval v;
    duos_err err;

    if (value == NULL) {
        return DUOS_EINVAL;
    }
    err = sys_opt_get(s, DUOS_OPT_LINGER, &v);
    if (err == DUOS_OK) {
        *value = v.linger;
    }
    return err;
}

duos_err duos_take_error(duos_socket s, duos_err *pending)
{
    return pending == NULL ? DUOS_EINVAL : sys_take_error(s, pending);
}

duos_err duos_set_reuse(duos_socket s, duos_reuse policy)
{
    if (policy != DUOS_REUSE_SAFE && policy != DUOS_REUSE_SHARED) {
        return DUOS_EINVAL;
    }
    return sys_set_reuse(s, policy);
}

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
