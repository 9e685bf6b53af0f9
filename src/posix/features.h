/* SPDX-License-Identifier: MIT */
/*
 * features.h - which parts of their headers the POSIX systems are asked to
 * show. It must stand before any system header, those of C included.
 */
#ifndef DUOS_POSIX_FEATURES_H
#define DUOS_POSIX_FEATURES_H

/* glibc and musl: accept4, SOCK_CLOEXEC, clock_gettime under -std=c99. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
/* glibc on 32 bits: files of more than 2 GB. */
#ifndef _FILE_OFFSET_BITS
#define _FILE_OFFSET_BITS 64
#endif
/* macOS: all of the BSD API, and a select without a limit of 1,024. */
#ifndef _DARWIN_C_SOURCE
#define _DARWIN_C_SOURCE 1
#endif
/* macOS: the options of IPv6, IPV6_PKTINFO and its kin, as RFC 3542 has
 * them. */
#ifndef __APPLE_USE_RFC_3542
#define __APPLE_USE_RFC_3542 1
#endif
#ifndef _NETBSD_SOURCE
#define _NETBSD_SOURCE 1
#endif

#endif
