/* SPDX-License-Identifier: MIT */
/*
 * sys_random.c - RtlGenRandom, which is exported under a number and is there
 * since Windows XP. It is looked up when wanted: programs need no library
 * more, and advapi32 is one of those that Windows finds in its own folder
 * alone.
 */
#include "win32.h"

typedef BOOLEAN(APIENTRY *generator)(void *data, ULONG len);

static generator find(HMODULE library)
{
    FARPROC found = GetProcAddress(library, "SystemFunction036");
    generator result;

    memcpy(&result, &found, sizeof result);
    return result;
}

duos_err sys_random(void *data, size_t len)
{
    HMODULE library = LoadLibraryW(L"advapi32.dll");
    generator generate = library != NULL ? find(library) : NULL;
    bool done = generate != NULL && len <= ULONG_MAX &&
                generate(data, (ULONG)len) != FALSE;

    if (library != NULL) {
        FreeLibrary(library);
    }
    return done ? DUOS_OK : DUOS_ENOTSUP;
}
