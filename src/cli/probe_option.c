/* SPDX-License-Identifier: MIT */
/*
 * probe_option.c - tries one socket option for real, with a value that does
 * no harm and can be recognised.
 *
 * Each try has a socket of its own, that was never connected: no option
 * disturbs another, and no close waits for anything.
 */
#include "probe.h"

#include "trace.h"

#include <duosock/interface.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    TRIED_MS = 1000,
    TRIED_BLIND = 60, /* where the value now cannot be read */
    TRIED_LINGER_S = 1,
    INTERFACES_MAX = 64
};

/* How setting and reading ended; setting is DUOS_OK where nothing is set.
 * exact: what was read is what had been set. */
typedef struct outcome {
    duos_err set;
    duos_err get;
    bool exact;
} outcome;

/* An interface that every machine has: loopback; NULL where there is none. */
static const duos_interface *any_interface(void)
{
    static duos_interface list[INTERFACES_MAX];
    size_t count = 0;
    size_t i;

    if (duos_interfaces(list, INTERFACES_MAX, &count) != DUOS_OK) {
        return NULL;
    }
    for (i = 0; i < count && i < INTERFACES_MAX; i++) {
        if (list[i].loopback) {
            return &list[i];
        }
    }
    return NULL;
}

static int32_t clamp(int32_t value, const duos_opt_info *info)
{
    if (value < info->min) {
        return info->min;
    }
    return value > info->max ? info->max : value;
}

/* ---- the kinds -------------------------------------------------------- */

/* The other way round than it is, if that can be told. */
static outcome try_bool(duos_socket s, duos_opt opt, bool settable,
                        probe_finding *f)
{
    outcome o = {DUOS_OK, DUOS_OK, false};
    bool was = false;
    bool now = false;

    if (settable) {
        (void)(duos_get_bool(s, opt, &was) == DUOS_OK);
        o.set = duos_set_bool(s, opt, !was);
    }
    o.get = duos_get_bool(s, opt, &now);
    o.exact = now == !was;
    (void)snprintf(f->value, sizeof f->value, "%s", now ? "on" : "off");
    return o;
}

static void note_number(probe_finding *f, int32_t number, const char *unit)
{
    f->is_number = true;
    f->number = number;
    (void)snprintf(f->value, sizeof f->value, "%" PRId32 "%s", number, unit);
}

/* Next to the value now: what the system chose is safe, and one that differs
 * shows whether it was set. */
static int32_t neighbour(duos_socket s, duos_opt opt, const duos_opt_info *info)
{
    const duos_interface *interface = NULL;
    int32_t now;

    if (opt == DUOS_OPT_UNICAST_IF || opt == DUOS_OPT_MULTICAST_IF) {
        interface = any_interface();
    }
    if (interface != NULL) {
        return (int32_t)interface->index;
    }
    if (duos_get_int(s, opt, &now) != DUOS_OK || now < info->min ||
        now > info->max) {
        return clamp(TRIED_BLIND, info);
    }
    return now > info->min ? now - 1 : clamp(now + 1, info);
}

static outcome try_int(duos_socket s, duos_opt opt, const duos_opt_info *info,
                       probe_finding *f)
{
    outcome o = {DUOS_OK, DUOS_OK, false};
    int32_t wanted = 0;
    int32_t value = 0;

    if (info->settable) {
        wanted = neighbour(s, opt, info);
        o.set = duos_set_int(s, opt, wanted);
    }
    o.get = duos_get_int(s, opt, &value);
    o.exact = value == wanted;
    note_number(f, value, "");
    return o;
}

static outcome try_ms(duos_socket s, duos_opt opt, const duos_opt_info *info,
                      probe_finding *f)
{
    outcome o = {DUOS_OK, DUOS_OK, false};
    int32_t wanted = clamp(TRIED_MS, info);
    int32_t value = 0;

    if (info->settable) {
        o.set = duos_set_ms(s, opt, wanted);
    }
    o.get = duos_get_ms(s, opt, &value);
    o.exact = value == wanted;
    note_number(f, value, " ms");
    return o;
}

static outcome try_linger(duos_socket s, probe_finding *f)
{
    outcome o;
    duos_linger wanted = {true, TRIED_LINGER_S};
    duos_linger value = {false, 0};

    o.set = duos_set_linger(s, &wanted);
    o.get = duos_get_linger(s, &value);
    o.exact = value.on && value.seconds == wanted.seconds;
    if (value.on) {
        note_number(f, value.seconds, " s");
    } else {
        (void)snprintf(f->value, sizeof f->value, "off");
    }
    return o;
}

/* The name that is there now, or else that of an interface. */
static outcome try_text(duos_socket s, duos_opt opt, probe_finding *f)
{
    outcome o = {DUOS_OK, DUOS_OK, false};
    const duos_interface *interface = any_interface();
    char wanted[PROBE_VALUE_MAX] = "";

    o.set = duos_get_text(s, opt, wanted, sizeof wanted);
    if (o.set != DUOS_OK) {
        return o;
    }
    if (wanted[0] == '\0' && interface != NULL) {
        (void)snprintf(wanted, sizeof wanted, "%s", interface->name);
    }
    o.set = duos_set_text(s, opt, wanted);
    o.get = duos_get_text(s, opt, f->value, sizeof f->value);
    o.exact = o.get == DUOS_OK && strcmp(wanted, f->value) == 0;
    return o;
}

static outcome try_error(duos_socket s, probe_finding *f)
{
    outcome o = {DUOS_OK, DUOS_OK, false};
    duos_err pending = DUOS_OK;

    o.get = duos_take_error(s, &pending);
    (void)snprintf(f->value, sizeof f->value, "%s", duos_err_name(pending));
    return o;
}

/* The one place that knows the kinds; a new one is missing here. */
static outcome try_kind(duos_socket s, duos_opt opt, const duos_opt_info *info,
                        probe_finding *f)
{
    outcome unknown = {DUOS_EINVAL, DUOS_EINVAL, false};

    switch (info->kind) {
    case DUOS_KIND_BOOL:
        return try_bool(s, opt, info->settable, f);
    case DUOS_KIND_INT:
        return try_int(s, opt, info, f);
    case DUOS_KIND_MS:
        return try_ms(s, opt, info, f);
    case DUOS_KIND_LINGER:
        return try_linger(s, f);
    case DUOS_KIND_TEXT:
        return try_text(s, opt, f);
    case DUOS_KIND_ERROR:
        return try_error(s, f);
    }
    return unknown;
}

/* ---- answers ---------------------------------------------------------- */

static void forget_value(probe_finding *f)
{
    f->value[0] = '\0';
    f->is_number = false;
}

/* One that was set and cannot be read back is set all the same. */
static void conclude(probe_finding *f, bool settable, outcome o)
{
    duos_err err = settable ? o.set : o.get;

    if (err == DUOS_OK) {
        f->answer = settable ? PROBE_SET : PROBE_READ;
        f->exact = settable && o.get == DUOS_OK && o.exact;
        f->err = o.get == DUOS_ENOTSUP ? DUOS_OK : o.get;
    } else {
        f->answer = err == DUOS_ENOTSUP ? PROBE_LACKING : PROBE_REFUSED;
        f->err = err;
    }
    if (err != DUOS_OK || o.get != DUOS_OK) {
        forget_value(f);
    }
}

static void try_option(probe_socket which, duos_opt opt, probe_finding *f)
{
    const duos_opt_info *info = duos_opt_describe(opt);
    duos_socket s = DUOS_SOCKET_INVALID;
    duos_err err = probe_open(which, &s);

    f->name = info->name;
    if (err == DUOS_OK) {
        conclude(f, info->settable, try_kind(s, opt, info, f));
        duos_close(&s);
    } else if (err != DUOS_EAFNOSUPPORT) {
        f->answer = PROBE_REFUSED;
        f->err = err;
    }
}

void probe_options(probe *p)
{
    int opt, which;

    for (opt = DUOS_OPT_NONE + 1; opt < DUOS_OPT_COUNT; opt++) {
        for (which = 0; which < PROBE_COLUMNS; which++) {
            try_option((probe_socket)which, (duos_opt)opt,
                       &p->options[opt][which]);
        }
    }
}
