/* SPDX-License-Identifier: MIT */
/*
 * sys_interface.c - interfaces, as getifaddrs lists them: one entry for each
 * address, and on most systems one of the link layer for each interface.
 */
#include "posix.h"

#include <ifaddrs.h>
#include <net/if.h>

/* The systems disagree about how they say that there is none. */
static duos_err index_error(int native)
{
    return native == ENODEV || native == ENXIO || native == EINVAL ||
                   native == 0
               ? DUOS_ENOENT
               : sys_err_from_native(native);
}

duos_err sys_interface_index(const char *name, uint32_t *index)
{
    unsigned found;

    errno = 0;
    found = if_nametoindex(name);
    if (found == 0) {
        return index_error(errno);
    }
    *index = found;
    return DUOS_OK;
}

typedef char name_must_fit[IF_NAMESIZE <= DUOS_INTERFACE_NAME_MAX + 1 ? 1 : -1];

duos_err sys_interface_name(uint32_t index, char *name)
{
    errno = 0;
    return if_indextoname(index, name) != NULL ? DUOS_OK : index_error(errno);
}

/* ---- listing ---------------------------------------------------------- */

static bool has_ip(const struct ifaddrs *entry)
{
    return entry->ifa_addr != NULL && (entry->ifa_addr->sa_family == AF_INET ||
                                       entry->ifa_addr->sa_family == AF_INET6);
}

/* Whether entry is to stand for an interface that has no IP address. */
static bool stands_alone(const struct ifaddrs *all, const struct ifaddrs *entry)
{
    const struct ifaddrs *other;
    bool before = true;

    for (other = all; other != NULL; other = other->ifa_next) {
        before = before && other != entry;
        if ((before || has_ip(other)) &&
            strcmp(other->ifa_name, entry->ifa_name) == 0) {
            return false;
        }
    }
    return true;
}

/* The ones at the beginning of a mask. */
static uint8_t count_bits(const uint8_t *mask, size_t len)
{
    unsigned bits = 0;

    while (bits < len * 8 && (mask[bits / 8] & 0x80u >> bits % 8) != 0) {
        bits++;
    }
    return (uint8_t)bits;
}

static void fill_addr(const struct ifaddrs *entry, duos_interface *out)
{
    bool v4 = entry->ifa_addr->sa_family == AF_INET;
    socklen_t len =
        v4 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    duos__sockaddr native;
    duos__sockaddr mask;

    memcpy(&native, entry->ifa_addr, len);
    (void)duos__addr_from_native(&native, len, &out->addr);
    out->addr.port = 0;
    memset(&mask, 0xff, sizeof mask); /* without one, all of it */
    if (entry->ifa_netmask != NULL) {
        memset(&mask, 0, sizeof mask);
        memcpy(&mask, entry->ifa_netmask,
               DUOS__SOCKADDR_LEN(entry->ifa_netmask, len));
    }
    out->prefix = v4 ? count_bits((const uint8_t *)&mask.v4.sin_addr, 4)
                     : count_bits((const uint8_t *)&mask.v6.sin6_addr, 16);
}

static void fill_interface(const struct ifaddrs *entry, duos_interface *out)
{
    memset(out, 0, sizeof *out);
    (void)strncpy(out->name, entry->ifa_name, DUOS_INTERFACE_NAME_MAX);
    out->index = if_nametoindex(entry->ifa_name);
    out->up = (entry->ifa_flags & IFF_UP) != 0 &&
              (entry->ifa_flags & IFF_RUNNING) != 0;
    out->loopback = (entry->ifa_flags & IFF_LOOPBACK) != 0;
    out->multicast = (entry->ifa_flags & IFF_MULTICAST) != 0;
    if (has_ip(entry)) {
        fill_addr(entry, out);
    }
}

duos_err sys_interfaces(duos_interface *list, size_t cap, size_t *count)
{
    struct ifaddrs *all;
    const struct ifaddrs *entry;
    size_t n = 0;

    if (getifaddrs(&all) != 0) {
        return duos__last_error();
    }
    for (entry = all; entry != NULL; entry = entry->ifa_next) {
        if (!has_ip(entry) && !stands_alone(all, entry)) {
            continue;
        }
        if (n < cap) {
            fill_interface(entry, &list[n]);
        }
        n++;
    }
    freeifaddrs(all);
    *count = n;
    return DUOS_OK;
}
