/* SPDX-License-Identifier: MIT */
/*
 * library.c - functions of the system's libraries that are looked up when they
 * are wanted: whoever uses duosock links nothing but ws2_32, and an old
 * Windows that lacks one of them still starts.
 */
#include "win32.h"

duos_err duos__library_open(const wchar_t *name, HMODULE *out)
{
    /* From the system's own folder alone: nobody can put another one before
     * it. */
    *out = LoadLibraryExW(name, NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    return *out != NULL ? DUOS_OK : DUOS_ENOTSUP;
}

duos__function duos__library_find(HMODULE library, const char *name)
{
    return (duos__function)GetProcAddress(library, name);
}
