/* SPDX-License-Identifier: MIT */
/*
 * os_win32.h - what the files of os.h share on Windows.
 */
#ifndef CLI_OS_WIN32_H
#define CLI_OS_WIN32_H

/* The number of errno for what GetLastError said. */
int os_win32_errno(unsigned long error);

#endif
