/* SPDX-License-Identifier: MIT */
/*
 * sys_interface.c - interfaces, as iphlpapi.dll knows them. It is loaded for
 * each call, since few programs ever ask.
 */
#include "win32.h"

#include <iphlpapi.h>

#include "mem.h"

/* ---- the library ------------------------------------------------------ */

typedef ULONG(WINAPI *list_function)(ULONG family, ULONG flags, PVOID reserved,
                                     PIP_ADAPTER_ADDRESSES list, PULONG size);
typedef ULONG(WINAPI *index_function)(const char *name);
typedef char *(WINAPI *name_function)(ULONG index, char *name);

typedef struct ip_library {
    HMODULE module;
    list_function list;
    index_function index;
    name_function name;
} ip_library;

#define FIND(name) duos__library_find(lib->module, name)

static duos_err library_open(ip_library *lib)
{
    duos_err err = duos__library_open(L"iphlpapi.dll", &lib->module);

    if (err != DUOS_OK) {
        return err;
    }
    lib->list = (list_function)FIND("GetAdaptersAddresses");
    lib->index = (index_function)FIND("if_nametoindex");
    lib->name = (name_function)FIND("if_indextoname");
    if (lib->list == NULL || lib->index == NULL || lib->name == NULL) {
        (void)FreeLibrary(lib->module);
        return DUOS_ENOTSUP;
    }
    return DUOS_OK;
}

/* ---- one interface ---------------------------------------------------- */

duos_err sys_interface_index(const char *name, uint32_t *index)
{
    ip_library lib;
    duos_err err = library_open(&lib);
    uint32_t found;

    if (err != DUOS_OK) {
        return err;
    }
    found = lib.index(name);
    (void)FreeLibrary(lib.module);
    if (found == 0) {
        return DUOS_ENOENT;
    }
    *index = found;
    return DUOS_OK;
}

/* NDIS allows names of 256 bytes, but gives short ones. */
static duos_err interface_name(const ip_library *lib, uint32_t index,
                               char *name)
{
    char found[NDIS_IF_MAX_STRING_SIZE + 1];
    size_t len;

    if (lib->name(index, found) == NULL) {
        return DUOS_ENOENT;
    }
    len = strlen(found);
    if (len > DUOS_INTERFACE_NAME_MAX) {
        return DUOS_ENAMETOOLONG;
    }
    memcpy(name, found, len + 1);
    return DUOS_OK;
}

duos_err sys_interface_name(uint32_t index, char *name)
{
    ip_library lib;
    duos_err err = library_open(&lib);

    if (err == DUOS_OK) {
        err = interface_name(&lib, index, name);
        (void)FreeLibrary(lib.module);
    }
    return err;
}

/* ---- listing ---------------------------------------------------------- */

/* The list that is filled, as far as it goes. */
typedef struct sink {
    duos_interface *list;
    size_t cap;
    size_t count;
} sink;

/* address: NULL for an interface without one. */
static void add_interface(sink *to, const duos_interface *like,
                          const IP_ADAPTER_UNICAST_ADDRESS *address)
{
    duos_interface *out;
    duos__sockaddr native;

    if (to->count++ >= to->cap) {
        return;
    }
    out = &to->list[to->count - 1];
    *out = *like;
    if (address != NULL) {
        memcpy(&native, address->Address.lpSockaddr,
               (size_t)address->Address.iSockaddrLength);
        duos__addr_from_native(&native, &out->addr);
        out->addr.port = 0;
        out->prefix = address->OnLinkPrefixLength;
    }
}

static duos_err add_adapter(const ip_library *lib, sink *to,
                            const IP_ADAPTER_ADDRESSES *adapter)
{
    const IP_ADAPTER_UNICAST_ADDRESS *address = adapter->FirstUnicastAddress;
    duos_interface like;
    duos_err err;

    memset(&like, 0, sizeof like);
    like.index =
        adapter->IfIndex != 0 ? adapter->IfIndex : adapter->Ipv6IfIndex;
    like.up = adapter->OperStatus == IfOperStatusUp;
    like.loopback = adapter->IfType == IF_TYPE_SOFTWARE_LOOPBACK;
    like.multicast = (adapter->Flags & IP_ADAPTER_NO_MULTICAST) == 0;
    err = interface_name(lib, like.index, like.name);
    if (err == DUOS_ENOENT) {
        return DUOS_OK; /* it has gone since */
    }
    if (err != DUOS_OK) {
        return err;
    }
    if (address == NULL) {
        add_interface(to, &like, NULL);
    }
    for (; address != NULL; address = address->Next) {
        add_interface(to, &like, address);
    }
    return DUOS_OK;
}

/* The list may grow between two calls, but not for ever. */
#define TRIES 5

/* *size bytes that are the caller's; NULL and DUOS_OK: no interface. */
static duos_err get_adapters(const ip_library *lib, IP_ADAPTER_ADDRESSES **out,
                             ULONG *size)
{
    const ULONG flags = GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST |
                        GAA_FLAG_SKIP_DNS_SERVER;
    IP_ADAPTER_ADDRESSES *list;
    ULONG code = ERROR_BUFFER_OVERFLOW;
    ULONG room = 15 * 1024; /* what Microsoft recommends */
    int i;

    for (i = 0; i < TRIES && code == ERROR_BUFFER_OVERFLOW; i++) {
        *size = room;
        list = (IP_ADAPTER_ADDRESSES *)duos__new(duos_alloc_default(), room);
        if (list == NULL) {
            return DUOS_ENOMEM;
        }
        code = lib->list(AF_UNSPEC, flags, NULL, list, &room);
        if (code == ERROR_SUCCESS) {
            *out = list;
            return DUOS_OK;
        }
        duos__free(duos_alloc_default(), list, *size);
    }
    *out = NULL;
    return code == ERROR_NO_DATA ? DUOS_OK : sys_err_from_native((int32_t)code);
}

duos_err sys_interfaces(duos_interface *list, size_t cap, size_t *count)
{
    IP_ADAPTER_ADDRESSES *adapters = NULL;
    const IP_ADAPTER_ADDRESSES *adapter;
    sink to = {list, cap, 0};
    ip_library lib;
    ULONG size = 0;
    duos_err err = library_open(&lib);

    if (err != DUOS_OK) {
        return err;
    }
    err = get_adapters(&lib, &adapters, &size);
    for (adapter = adapters; adapter != NULL && err == DUOS_OK;
         adapter = adapter->Next) {
        err = add_adapter(&lib, &to, adapter);
    }
    duos__free(duos_alloc_default(), adapters, size);
    (void)FreeLibrary(lib.module);
    if (err == DUOS_OK) {
        *count = to.count;
    }
    return err;
}
