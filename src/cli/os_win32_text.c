/* SPDX-License-Identifier: MIT */
/*
 * os_win32_text.c - the program's text is UTF-8, that of Windows UTF-16:
 * arguments, names of files, and what a console shows. A console's code page
 * is left alone, since it would stay for whoever comes next.
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <shellapi.h>

#include "os.h"
#include "os_win32.h"
#include "utf8.h"

#include <stdlib.h>
#include <string.h>

enum {
    SHOWN_MAX = 4096, /* bytes that one call of the console gets */
    CHARACTER_MAX = 4
};

wchar_t *os_win32_widen(const char *text)
{
    const DWORD strict = MB_ERR_INVALID_CHARS;
    int len = MultiByteToWideChar(CP_UTF8, strict, text, -1, NULL, 0);
    wchar_t *wide;

    if (len == 0) {
        return NULL;
    }
    wide = malloc((size_t)len * sizeof *wide);
    if (wide == NULL) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    MultiByteToWideChar(CP_UTF8, strict, text, -1, wide, len);
    return wide;
}

/* ---- arguments ----------------------------------------------------------- */

static char *narrow(const wchar_t *wide)
{
    int len = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
    char *text = malloc((size_t)len);

    if (text != NULL) {
        WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, len, NULL, NULL);
    }
    return text;
}

duos_err os_arguments(int *argc, char ***argv)
{
    int count;
    wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), &count);
    char **words;
    int i;

    if (wide == NULL) {
        return os_win32_error();
    }
    words = calloc((size_t)count + 1, sizeof *words);
    for (i = 0; words != NULL && i < count; i++) {
        words[i] = narrow(wide[i]);
        if (words[i] == NULL) {
            break;
        }
    }
    LocalFree(wide);
    if (i < count) {
        while (i > 0) {
            free(words[--i]);
        }
        free(words);
        return DUOS_ENOMEM;
    }
    *argc = count;
    *argv = words;
    return DUOS_OK;
}

/* ---- consoles ------------------------------------------------------------ */

/* Of each stream the beginning of a character whose end has not come yet. */
static struct {
    char bytes[CHARACTER_MAX];
    size_t len;
} held[OS_STDERR + 1];

/* How many bytes at the end are such a beginning. */
static size_t unfinished(const char *text, size_t len)
{
    size_t n;

    for (n = 1; n < CHARACTER_MAX && n <= len; n++) {
        uint32_t code;
        size_t length;

        if (utf8_next(text + len - n, n, &code, &length) == UTF8_UNFINISHED) {
            return n;
        }
    }
    return 0;
}

duos_err os_win32_show(void *handle, int stream, const void *data, size_t len,
                       size_t *done)
{
    char text[SHOWN_MAX];
    wchar_t wide[SHOWN_MAX];
    size_t used = held[stream].len;
    size_t part = len < SHOWN_MAX - used ? len : SHOWN_MAX - used;
    size_t rest;
    int count;
    DWORD shown;

    memcpy(text, held[stream].bytes, used);
    memcpy(text + used, data, part);
    used += part;
    rest = unfinished(text, used);
    count = MultiByteToWideChar(CP_UTF8, 0, text, (int)(used - rest), wide,
                                SHOWN_MAX);
    *done = 0;
    if (count > 0 && !WriteConsoleW(handle, wide, (DWORD)count, &shown, NULL)) {
        return os_win32_error();
    }
    memcpy(held[stream].bytes, text + used - rest, rest);
    held[stream].len = rest;
    *done = part;
    return DUOS_OK;
}
