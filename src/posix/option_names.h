/* SPDX-License-Identifier: MIT */
/*
 * option_names.h - what the POSIX systems call their options, and which of
 * them lack what.
 *
 * An option that a system does not have is DUOS__NO_OPTION. Where one thing
 * has several names or forms, the name here begins with DUOS__ and the one
 * below it is what Linux calls it.
 */
#ifndef DUOS_POSIX_OPTION_NAMES_H
#define DUOS_POSIX_OPTION_NAMES_H

#include "posix.h"

#include <net/if.h>
#include <netinet/udp.h>

/* ---- one thing, several names ------------------------------------------ */

/* macOS counts SO_LINGER in clock ticks (trap 56). */
#ifdef SO_LINGER_SEC
#define DUOS__SO_LINGER SO_LINGER_SEC
#else
#define DUOS__SO_LINGER SO_LINGER
#endif

/* macOS has another name for it, OpenBSD has none of the three (trap 57). */
#if !defined(TCP_KEEPIDLE) && defined(TCP_KEEPALIVE)
#define TCP_KEEPIDLE TCP_KEEPALIVE
#endif
#ifndef TCP_KEEPIDLE
#define TCP_KEEPIDLE DUOS__NO_OPTION
#endif
#ifndef TCP_KEEPINTVL
#define TCP_KEEPINTVL DUOS__NO_OPTION
#endif
#ifndef TCP_KEEPCNT
#define TCP_KEEPCNT DUOS__NO_OPTION
#endif

/* Linux lets it be read, but not set. */
#ifdef __linux__
#define DUOS__SO_SNDLOWAT DUOS__NO_OPTION
#else
#define DUOS__SO_SNDLOWAT SO_SNDLOWAT
#endif

#if defined(TCP_CORK)
#define DUOS__TCP_CORK TCP_CORK
#elif defined(TCP_NOPUSH)
#define DUOS__TCP_CORK TCP_NOPUSH
#else
#define DUOS__TCP_CORK DUOS__NO_OPTION
#endif

/* Milliseconds on Linux, seconds on macOS. */
#if defined(TCP_USER_TIMEOUT)
#define DUOS__TCP_USER_TIMEOUT  TCP_USER_TIMEOUT
#define DUOS__USER_TIMEOUT_UNIT 1
#elif defined(TCP_RXT_CONNDROPTIME)
#define DUOS__TCP_USER_TIMEOUT  TCP_RXT_CONNDROPTIME
#define DUOS__USER_TIMEOUT_UNIT 1000
#else
#define DUOS__TCP_USER_TIMEOUT  DUOS__NO_OPTION
#define DUOS__USER_TIMEOUT_UNIT 1
#endif

/* A number on Linux, on or off elsewhere. */
#ifdef __linux__
#define DUOS__FASTOPEN_FORM DUOS__FORM_INT
#else
#define DUOS__FASTOPEN_FORM DUOS__FORM_SWITCH
#endif

/* macOS and FreeBSD, in seconds. */
#if defined(TCP_CONNECTIONTIMEOUT)
#define DUOS__TCP_CONNECTIONTIMEOUT TCP_CONNECTIONTIMEOUT
#elif defined(TCP_KEEPINIT)
#define DUOS__TCP_CONNECTIONTIMEOUT TCP_KEEPINIT
#else
#define DUOS__TCP_CONNECTIONTIMEOUT DUOS__NO_OPTION
#endif

/* A name on Linux, an index on macOS. */
#if defined(SO_BINDTODEVICE)
#define DUOS__DEVICE_FORM         DUOS__FORM_TEXT
#define DUOS__BIND_DEVICE_LEVEL_4 SOL_SOCKET
#define DUOS__BIND_DEVICE_LEVEL_6 SOL_SOCKET
#define DUOS__SO_BINDTODEVICE     SO_BINDTODEVICE
#define DUOS__SO_BINDTODEVICE_6   SO_BINDTODEVICE
#elif defined(IP_BOUND_IF) && defined(IPV6_BOUND_IF)
#define DUOS__DEVICE_FORM         DUOS__FORM_DEVICE
#define DUOS__BIND_DEVICE_LEVEL_4 IPPROTO_IP
#define DUOS__BIND_DEVICE_LEVEL_6 IPPROTO_IPV6
#define DUOS__SO_BINDTODEVICE     IP_BOUND_IF
#define DUOS__SO_BINDTODEVICE_6   IPV6_BOUND_IF
#else
#define DUOS__DEVICE_FORM         DUOS__FORM_NONE
#define DUOS__BIND_DEVICE_LEVEL_4 SOL_SOCKET
#define DUOS__BIND_DEVICE_LEVEL_6 SOL_SOCKET
#define DUOS__SO_BINDTODEVICE     DUOS__NO_OPTION
#define DUOS__SO_BINDTODEVICE_6   DUOS__NO_OPTION
#endif

/*
 * Linux chooses among ways to find the path MTU: 2 (DO) sets the flag on all
 * packets, 0 (DONT) on none. Elsewhere it is on or off.
 */
#if defined(IP_MTU_DISCOVER) && defined(IP_PMTUDISC_DO)
#define DUOS__IP_MTU_DISCOVER IP_MTU_DISCOVER
#define DUOS__DONTFRAG_ON     IP_PMTUDISC_DO
#elif defined(IP_DONTFRAG)
#define DUOS__IP_MTU_DISCOVER IP_DONTFRAG
#define DUOS__DONTFRAG_ON     1
#else
#define DUOS__IP_MTU_DISCOVER DUOS__NO_OPTION
#define DUOS__DONTFRAG_ON     1
#endif

/* macOS has both names, and the first asks for nothing there. */
#if defined(IP_RECVPKTINFO)
#define DUOS__IP_PKTINFO IP_RECVPKTINFO
#elif defined(IP_PKTINFO)
#define DUOS__IP_PKTINFO IP_PKTINFO
#elif defined(IP_RECVDSTADDR)
#define DUOS__IP_PKTINFO IP_RECVDSTADDR
#else
#define DUOS__IP_PKTINFO DUOS__NO_OPTION
#endif

/* macOS has one that takes and gives an index; the rest takes an ip_mreqn. */
#ifdef IP_MULTICAST_IFINDEX
#define DUOS__IP_MULTICAST_IF   IP_MULTICAST_IFINDEX
#define DUOS__MULTICAST_IF_FORM DUOS__FORM_INT
#else
#define DUOS__IP_MULTICAST_IF   IP_MULTICAST_IF
#define DUOS__MULTICAST_IF_FORM DUOS__FORM_MREQN
#endif

/* Privileged on FreeBSD. */
#if !defined(IP_FREEBIND) && defined(IP_BINDANY)
#define IP_FREEBIND IP_BINDANY
#endif
#if !defined(IPV6_FREEBIND) && defined(IPV6_BINDANY)
#define IPV6_FREEBIND IPV6_BINDANY
#endif

/* Linux has it, but not all of its C libraries say so. */
#if defined(__linux__) && !defined(IPV6_AUTOFLOWLABEL)
#define IPV6_AUTOFLOWLABEL 70
#endif

/* ---- what some lack ---------------------------------------------------- */

#ifndef SO_PROTOCOL
#define SO_PROTOCOL DUOS__NO_OPTION
#endif
#ifndef SO_PRIORITY
#define SO_PRIORITY DUOS__NO_OPTION
#endif
#ifndef SO_MARK
#define SO_MARK DUOS__NO_OPTION
#endif
#ifndef SO_BUSY_POLL
#define SO_BUSY_POLL DUOS__NO_OPTION
#endif
#ifndef SO_INCOMING_CPU
#define SO_INCOMING_CPU DUOS__NO_OPTION
#endif
#ifndef SO_PEEK_OFF
#define SO_PEEK_OFF DUOS__NO_OPTION
#endif
#ifndef SO_MAX_PACING_RATE
#define SO_MAX_PACING_RATE DUOS__NO_OPTION
#endif
#ifndef SO_TIMESTAMPNS
#define SO_TIMESTAMPNS DUOS__NO_OPTION
#endif
#ifndef TCP_QUICKACK
#define TCP_QUICKACK DUOS__NO_OPTION
#endif
#ifndef TCP_NOTSENT_LOWAT
#define TCP_NOTSENT_LOWAT DUOS__NO_OPTION
#endif
#ifndef TCP_FASTOPEN
#define TCP_FASTOPEN DUOS__NO_OPTION
#endif
#ifndef TCP_FASTOPEN_CONNECT
#define TCP_FASTOPEN_CONNECT DUOS__NO_OPTION
#endif
#ifndef TCP_CONGESTION
#define TCP_CONGESTION DUOS__NO_OPTION
#endif
#ifndef TCP_DEFER_ACCEPT
#define TCP_DEFER_ACCEPT DUOS__NO_OPTION
#endif
#ifndef TCP_LINGER2
#define TCP_LINGER2 DUOS__NO_OPTION
#endif
#ifndef TCP_SYNCNT
#define TCP_SYNCNT DUOS__NO_OPTION
#endif
#ifndef TCP_WINDOW_CLAMP
#define TCP_WINDOW_CLAMP DUOS__NO_OPTION
#endif
#ifndef TCP_THIN_LINEAR_TIMEOUTS
#define TCP_THIN_LINEAR_TIMEOUTS DUOS__NO_OPTION
#endif
#ifndef IP_MTU
#define IP_MTU DUOS__NO_OPTION
#endif
#ifndef IP_MINTTL
#define IP_MINTTL DUOS__NO_OPTION
#endif
#ifndef IP_RECVTTL
#define IP_RECVTTL DUOS__NO_OPTION
#endif
#ifndef IP_RECVTOS
#define IP_RECVTOS DUOS__NO_OPTION
#endif
#ifndef IP_RECVERR
#define IP_RECVERR DUOS__NO_OPTION
#endif
#ifndef IP_TRANSPARENT
#define IP_TRANSPARENT DUOS__NO_OPTION
#endif
#ifndef IP_FREEBIND
#define IP_FREEBIND DUOS__NO_OPTION
#endif
#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT DUOS__NO_OPTION
#endif
#ifndef IP_UNICAST_IF
#define IP_UNICAST_IF DUOS__NO_OPTION
#endif
#ifndef IP_MULTICAST_ALL
#define IP_MULTICAST_ALL DUOS__NO_OPTION
#endif
#ifndef IPV6_MTU
#define IPV6_MTU DUOS__NO_OPTION
#endif
#ifndef IPV6_MINHOPCOUNT
#define IPV6_MINHOPCOUNT DUOS__NO_OPTION
#endif
#ifndef IPV6_TCLASS
#define IPV6_TCLASS DUOS__NO_OPTION
#endif
#ifndef IPV6_DONTFRAG
#define IPV6_DONTFRAG DUOS__NO_OPTION
#endif
#ifndef IPV6_RECVPKTINFO
#define IPV6_RECVPKTINFO DUOS__NO_OPTION
#endif
#ifndef IPV6_RECVHOPLIMIT
#define IPV6_RECVHOPLIMIT DUOS__NO_OPTION
#endif
#ifndef IPV6_RECVTCLASS
#define IPV6_RECVTCLASS DUOS__NO_OPTION
#endif
#ifndef IPV6_RECVERR
#define IPV6_RECVERR DUOS__NO_OPTION
#endif
#ifndef IPV6_TRANSPARENT
#define IPV6_TRANSPARENT DUOS__NO_OPTION
#endif
#ifndef IPV6_FREEBIND
#define IPV6_FREEBIND DUOS__NO_OPTION
#endif
#ifndef IPV6_UNICAST_IF
#define IPV6_UNICAST_IF DUOS__NO_OPTION
#endif
#ifndef IPV6_MULTICAST_ALL
#define IPV6_MULTICAST_ALL DUOS__NO_OPTION
#endif
#ifndef IPV6_AUTOFLOWLABEL
#define IPV6_AUTOFLOWLABEL DUOS__NO_OPTION
#endif
#ifndef UDP_SEGMENT
#define UDP_SEGMENT DUOS__NO_OPTION
#endif

#endif
