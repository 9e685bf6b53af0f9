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
static duos_err read_names(const char *names, duos_inherited_socket *list,
                           size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        size_t len = strcspn(names, ":");

        if (len > DUOS_INHERITED_NAME_MAX) {
            return DUOS_ENAMETOOLONG;
        }
        memcpy(list[i].name, names, len);
        list[i].name[len] = '\0';
        names += len;
        if ((*names == ':') != (i + 1 < count)) {
            return DUOS_ESYNTAX;
        }
        names += *names == ':';
    }
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

static duos_err check_all(duos_inherited_socket *list, size_t count,
                          intptr_t first)
{
    duos_err err = DUOS_OK;
    size_t i;

    for (i = 0; i < count && err == DUOS_OK; i++) {
        list[i].sock = duos_socket_from_os(first + (intptr_t)i);
        err = check_socket(&list[i]);
    }
    for (i = 0; i < count && err == DUOS_OK; i++) {
        err = sys_disinherit(list[i].sock);
    }
    return err;
}

duos_err duos_inherited(bool forget, duos_inherited_socket *list, size_t cap,
                        size_t *count)
{
    sys_handover said;
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
    if (err == DUOS_OK && number > 0) {
        memset(list, 0, (size_t)number * sizeof *list);
        if (said.names != NULL) {
            err = read_names(said.names, list, (size_t)number);
        }
    }
    if (err == DUOS_OK) {
        err = check_all(list, (size_t)number, said.first);
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
