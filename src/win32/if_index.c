/* SPDX-License-Identifier: MIT */
/*
 * if_index.c - which interface has which IPv4 address, for calls that name an
 * interface by an address. Windows itself takes an index there; Wine passes
 * what it is given to the host.
 */
#include "win32.h"

#include <iphlpapi.h>

/* Windows gives all addresses or none: with more than this, no interface is
 * found. */
#define ROWS_MAX 128

typedef union address_table {
    MIB_IPADDRTABLE table;
    unsigned char
        room[sizeof(MIB_IPADDRTABLE) + (ROWS_MAX - 1) * sizeof(MIB_IPADDRROW)];
} address_table;

typedef DWORD(WINAPI *get_table)(PMIB_IPADDRTABLE, PULONG, BOOL);

static duos_err read_table(address_table *out)
{
    ULONG room = sizeof *out;
    HMODULE library;
    get_table get;
    duos_err err = duos__library_open(L"iphlpapi.dll", &library);

    if (err != DUOS_OK) {
        return DUOS_ENOENT;
    }
    get = (get_table)duos__library_find(library, "GetIpAddrTable");
    if (get == NULL || get(&out->table, &room, FALSE) != NO_ERROR) {
        err = DUOS_ENOENT;
    }
    FreeLibrary(library);
    return err;
}

/* The first row with this index, or else, if that is 0, with this address. */
static duos_err find_row(uint32_t index, DWORD address, MIB_IPADDRROW *out)
{
    address_table all;
    const MIB_IPADDRROW *row = all.table.table;
    DWORD i;
    duos_err err = read_table(&all);

    if (err != DUOS_OK) {
        return err;
    }
    for (i = 0; i < all.table.dwNumEntries; i++) {
        if (index != 0 ? row[i].dwIndex == index : row[i].dwAddr == address) {
            *out = row[i];
            return DUOS_OK;
        }
    }
    return DUOS_ENOENT;
}

duos_err duos__address_of_index(uint32_t index, DWORD *address)
{
    MIB_IPADDRROW row;
    duos_err err = index != 0 ? find_row(index, 0, &row) : DUOS_ENOENT;

    if (err == DUOS_OK) {
        *address = row.dwAddr;
    }
    return err;
}

duos_err duos__index_of_address(DWORD address, uint32_t *index)
{
    MIB_IPADDRROW row;
    duos_err err = find_row(0, address, &row);

    if (err == DUOS_OK) {
        *index = row.dwIndex;
    }
    return err;
}
