/* SPDX-License-Identifier: MIT */
/*
 * os_win32.h - what the files of the seam on Windows share.
 */
#ifndef CLI_OS_WIN32_H
#define CLI_OS_WIN32_H

#include <duosock/error.h>

#include <stddef.h>

/* Why the last call of the system failed. */
duos_err os_win32_error(void);

/* Puts a console back into the mode that os_shows_color found it in. */
void os_win32_restore(void);

/* UTF-8 as UTF-16, to be freed; NULL when it fails: see os_win32_error. */
wchar_t *os_win32_widen(const char *text);

/* os_write_some for a console, of which handle is a HANDLE. */
duos_err os_win32_show(void *handle, int stream, const void *data, size_t len,
                       size_t *done);

#endif
