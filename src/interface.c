/* SPDX-License-Identifier: MIT */
/*
 * interface.c - the interfaces of this machine: arguments are checked here,
 * all else is the system's.
 */
#include <duosock/interface.h>

#include <string.h>

#include "sys.h"

duos_err duos_interfaces(duos_interface *list, size_t cap, size_t *count)
{
    if (count == NULL || (list == NULL && cap > 0)) {
        return DUOS_EINVAL;
    }
    return sys_interfaces(list, cap, count);
}

duos_err duos_interface_index(const char *name, uint32_t *index)
{
    if (name == NULL || index == NULL) {
        return DUOS_EINVAL;
    }
    if (*name == '\0') {
        return DUOS_ENOENT;
    }
    if (strlen(name) > DUOS_INTERFACE_NAME_MAX) {
        return DUOS_ENAMETOOLONG;
    }
    return sys_interface_index(name, index);
}

duos_err duos_interface_name(uint32_t index, char *name, size_t cap)
{
    char found[DUOS_INTERFACE_NAME_MAX + 1];
    duos_err err;

    if (name == NULL) {
        return DUOS_EINVAL;
    }
    err = index != 0 ? sys_interface_name(index, found) : DUOS_ENOENT;
    if (err == DUOS_OK && strlen(found) >= cap) {
        err = DUOS_ENOSPACE;
    }
    if (err == DUOS_OK) {
        memcpy(name, found, strlen(found) + 1);
    }
    return err;
}
