/* SPDX-License-Identifier: MIT */
/*
 * sys_random.c - RtlGenRandom, which is exported under a number and is there
 * since Windows XP.
 */
#include "win32.h"

typedef BOOLEAN(APIENTRY *generator)(void *data, ULONG len);

duos_err sys_random(void *data, size_t len)
{
    HMODULE library;
    generator generate;
    bool done;
    duos_err err = duos__library_open(L"advapi32.dll", &library);

    if (err != DUOS_OK) {
        return err;
    }
    generate = (generator)duos__library_find(library, "SystemFunction036");
    done = generate != NULL && len <= ULONG_MAX &&
           generate(data, (ULONG)len) != FALSE;
    FreeLibrary(library);
    return done ? DUOS_OK : DUOS_ENOTSUP;
}
