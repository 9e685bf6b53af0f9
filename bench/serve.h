/* SPDX-License-Identifier: MIT */
/*
 * serve.h - what the servers have in common that are not built on duosock: how
 * they begin. All of it is done once, outside of what is measured.
 */
#ifndef BENCH_SERVE_H
#define BENCH_SERVE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stddef.h>

#include <sys/socket.h>

/* What all receive into, and how many they accept before others' turn. */
#define SERVE_BUFFER  ((size_t)64 * 1024)
#define SERVE_ACCEPTS 64
#define SERVE_BACKLOG 4096

/* Ends the program; errno tells. */
void serve_fail(const char *what);

/* memory, or the end of the program if it is NULL. */
void *serve_need(void *memory);

/* Zeros, one item for each descriptor that can ever be. */
void *serve_table(size_t item_size);

/*
 * The command line "[-m MODE]": 0 without one, 1 for the first of the list,
 * which ends with NULL, and so on.
 */
int serve_mode(int argc, char **argv, const char *const modes[]);

/*
 * A socket on a port of the system's choice, non-blocking, for connections
 * (SOCK_STREAM; they inherit TCP_NODELAY) or datagrams. Raises the limit of
 * descriptors as far as it may, and prints the port.
 */
int serve_socket(int type);

#endif
