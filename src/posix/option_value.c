/* SPDX-License-Identifier: MIT */
/*
 * option_value.c - what the value of an option looks like to the system, by
 * the form that its row says.
 */
#include "option_rows.h"

#include <arpa/inet.h>
#include <net/if.h>

/* ---- values going in ----------------------------------------------------- */

/* Up to the next unit: 0 would mean no limit at all (trap 53). */
static int whole_units(int32_t ms, int unit)
{
    return ms / unit + (ms % unit != 0);
}

static socklen_t encode_device(const char *name, duos__native_value *native)
{
    native->number = name[0] == '\0' ? 0 : (int)if_nametoindex(name);
    return name[0] != '\0' && native->number == 0 ? 0 : sizeof native->number;
}

static socklen_t encode_number(const duos__native *n, const sys_optval *value,
                               duos__native_value *native)
{
    switch (n->form) {
    case DUOS__FORM_BOOL:
        native->number = value->on ? n->unit : 0;
        break;
    case DUOS__FORM_SWITCH:
        native->number = value->number != 0;
        break;
    case DUOS__FORM_INDEX:
        native->number = (int)htonl((uint32_t)value->number);
        break;
    case DUOS__FORM_MS:
        native->number = whole_units(value->number, n->unit);
        break;
    default:
        native->number = value->number;
        break;
    }
    return sizeof native->number;
}

socklen_t duos__opt_encode(const duos__native *n, const sys_optval *value,
                           duos__native_value *native)
{
    memset(native, 0, sizeof *native);
    switch (n->form) {
    case DUOS__FORM_BYTE:
        native->byte = (unsigned char)value->number;
        return sizeof native->byte;
    case DUOS__FORM_BOOL8:
        native->byte = value->on;
        return sizeof native->byte;
    case DUOS__FORM_MREQN:
        native->interface.imr_ifindex = value->number;
        return sizeof native->interface;
    case DUOS__FORM_TIMEVAL:
        native->time.tv_sec = value->number / 1000;
        native->time.tv_usec = (suseconds_t)(value->number % 1000) * 1000;
        return sizeof native->time;
    case DUOS__FORM_LINGER:
        native->linger.l_onoff = value->linger.on;
        native->linger.l_linger = value->linger.seconds;
        return sizeof native->linger;
    case DUOS__FORM_TEXT:
        memcpy(native->text, value->text, sizeof native->text);
        return sizeof native->text;
    case DUOS__FORM_DEVICE:
        return encode_device(value->text, native);
    default:
        return encode_number(n, value, native);
    }
}

/* ---- values coming out --------------------------------------------------- */

static int32_t whole_ms(const struct timeval *time)
{
    if (time->tv_sec >= INT32_MAX / 1000) {
        return INT32_MAX;
    }
    return (int32_t)(time->tv_sec * 1000 + (time->tv_usec + 999) / 1000);
}

static int32_t ms_of_units(int number, int unit)
{
    return number > INT32_MAX / unit ? INT32_MAX : number * unit;
}

static duos_err decode_type(int type, sys_optval *value)
{
    if (type != SOCK_STREAM && type != SOCK_DGRAM) {
        return DUOS_ENOTSUP;
    }
    value->number = type == SOCK_STREAM ? DUOS_STREAM : DUOS_DGRAM;
    return DUOS_OK;
}

/* Linux gives an address, which nobody has set. */
static duos_err decode_interface(const duos__native_value *native,
                                 socklen_t len, sys_optval *value)
{
    if (len != sizeof native->interface) {
        return DUOS_ENOTSUP;
    }
    value->number = native->interface.imr_ifindex;
    return DUOS_OK;
}

static void decode_device(int index, sys_optval *value)
{
    char name[IF_NAMESIZE] = "";

    memset(value->text, 0, sizeof value->text);
    if (index != 0 && if_indextoname((unsigned)index, name) != NULL) {
        memcpy(value->text, name, strlen(name));
    }
}

static duos_err decode_number(const duos__native *n, int number,
                              sys_optval *value)
{
    switch (n->form) {
    case DUOS__FORM_BOOL:
    case DUOS__FORM_BOOL8:
        value->on = number >= n->unit;
        return DUOS_OK;
    case DUOS__FORM_LIMIT:
        value->number = number < 0 ? INT32_MAX : number;
        return DUOS_OK;
    case DUOS__FORM_INDEX:
        value->number = (int32_t)ntohl((uint32_t)number);
        return DUOS_OK;
    case DUOS__FORM_MS:
        value->number = ms_of_units(number, n->unit);
        return DUOS_OK;
    case DUOS__FORM_DEVICE:
        decode_device(number, value);
        return DUOS_OK;
    case DUOS__FORM_TYPE:
        return decode_type(number, value);
    default:
        value->number = number;
        return DUOS_OK;
    }
}

/* One byte for a number is not the first of four (trap 54). */
duos_err duos__opt_decode(const duos__native *n,
                          const duos__native_value *native, socklen_t len,
                          sys_optval *value)
{
    switch (n->form) {
    case DUOS__FORM_MREQN:
        return decode_interface(native, len, value);
    case DUOS__FORM_TIMEVAL:
        value->number = whole_ms(&native->time);
        return DUOS_OK;
    case DUOS__FORM_LINGER:
        value->linger.on = native->linger.l_onoff != 0;
        value->linger.seconds = native->linger.l_linger;
        return DUOS_OK;
    case DUOS__FORM_TEXT:
        memcpy(value->text, native->text, sizeof value->text);
        return DUOS_OK;
    default:
        return decode_number(n, len == 1 ? native->byte : native->number,
                             value);
    }
}
