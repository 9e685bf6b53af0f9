/* SPDX-License-Identifier: MIT */
/*
 * inherited.c - sockets that a service manager has opened: reads what it
 * says, and believes none of it without looking.
 */
#include <duosock/listen.h>

#include <string.h>

#include "sys.h"

/* "3": digits alone, without a leading zero. */
static duos_err read_number(const char *text, uint64_t max, uint64_t *out)
{
    uint64_t number = 0;
    const char *at;

    if (*text == '\0' || (*text == '0' && text[1] != '\0')) {
        return DUOS_ESYNTAX;
    }
    for (at = text; *at != '\0'; at++) {
        uint64_t digit = (uint64_t)(unsigned char)*at - '0';

        if (digit > 9 || number > (max - digit) / 10) {
            return DUOS_ESYNTAX;
        }
        number = number * 10 + digit;
    }
    *out = number;
    return DUOS_OK;
}

/* How many are meant for this process. */
static duos_err read_count(const sys_handover *said, uint64_t *count)
{
    uint64_t pid;
    duos_err err;

    *count = 0;
    if (said->count == NULL || said->pid == NULL) {
        return DUOS_OK;
    }
    err = read_number(said->pid, UINT32_MAX, &pid);
    if (err == DUOS_OK && pid == said->own_pid) {
        err = read_number(said->count, INT32_MAX, count);
    }
    return err;
}

/* Names are parted by colons, one for each socket. */
static duos_err read_name(const char **names, bool is_last, char *name)
{
    size_t len = strcspn(*names, ":");

    if (len > DUOS_INHERITED_NAME_MAX) {
        return DUOS_ENAMETOOLONG;
    }
    memcpy(name, *names, len);
    *names += len;
    if ((**names == ':') == is_last) {
        return DUOS_ESYNTAX;
    }
    *names += **names == ':';
    return DUOS_OK;
}

static duos_err check_socket(duos_inherited_socket *entry)
{
    sys_optval value;
    duos_err err = sys_opt_get(entry->sock, DUOS_OPT_TYPE, &value);

    if (err != DUOS_OK) {
        return err;
    }
    entry->type = (duos_type)value.number;
    if (entry->type == DUOS_DGRAM) {
        return DUOS_OK;
    }
    err = sys_opt_get(entry->sock, DUOS_OPT_LISTENING, &value);
    return err == DUOS_OK && !value.on ? DUOS_ESTATE : err;
}

/* list: NULL to check only. */
static duos_err read_all(const sys_handover *said, size_t count,
                         duos_inherited_socket *list)
{
    const char *names = said->names;
    duos_inherited_socket checked;
    duos_err err = DUOS_OK;
    size_t i;

    for (i = 0; i < count && err == DUOS_OK; i++) {
        duos_inherited_socket *entry = list != NULL ? &list[i] : &checked;

        memset(entry, 0, sizeof *entry);
        entry->sock = duos_socket_from_os(said->first + (intptr_t)i);
        if (names != NULL) {
            err = read_name(&names, i + 1 == count, entry->name);
        }
        if (err == DUOS_OK) {
            err = check_socket(entry);
        }
    }
    return err;
}

/* First all are checked: an error leaves each of them as it was. */
static duos_err take_inherited(const sys_handover *said, size_t count,
                               duos_inherited_socket *list)
{
    duos_err err = read_all(said, count, NULL);
    size_t i;

    for (i = 0; i < count && err == DUOS_OK; i++) {
        err = sys_disinherit(duos_socket_from_os(said->first + (intptr_t)i));
    }
    return err == DUOS_OK ? read_all(said, count, list) : err;
}

duos_err duos_inherited(bool forget, duos_inherited_socket *list, size_t cap,
                        size_t *count)
{
    sys_handover said = {NULL, NULL, NULL, 0, -1};
    uint64_t number;
    duos_err err;

    if ((list == NULL && cap > 0) || count == NULL) {
        return DUOS_EINVAL;
    }
    sys_handover_get(&said);
    err = read_count(&said, &number);
    if (err == DUOS_OK && number > cap) {
        err = DUOS_ENOSPACE;
    }
    if (err == DUOS_OK) {
        err = take_inherited(&said, (size_t)number, list);
    }
    if (err != DUOS_OK) {
        return err;
    }
    if (forget) {
        sys_handover_forget();
    }
    *count = (size_t)number;
    return DUOS_OK;
}
