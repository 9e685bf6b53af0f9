/* SPDX-License-Identifier: MIT */
/*
 * features.h - which Windows is meant, and which parts of its headers are
 * not. It must stand before any system header, those of C included.
 */
#ifndef DUOS_WIN32_FEATURES_H
#define DUOS_WIN32_FEATURES_H

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#ifndef NOMINMAX
#define NOMINMAX
#endif
/* windows.h would define a few codes that ntstatus.h defines again. */
#ifndef WIN32_NO_STATUS
#define WIN32_NO_STATUS
#endif
#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0601 /* Windows 7 */
#endif

#endif
