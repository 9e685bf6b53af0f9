/* SPDX-License-Identifier: MIT */
/*
 * transfer.h - a file on its way: how far it is, on a terminal, and at the end
 * its length and checksum. duosock send and duosock recv have it in common;
 * what goes over the wire is the file's bytes and nothing else.
 */
#ifndef CLI_TRANSFER_H
#define CLI_TRANSFER_H

#include "progress.h"
#include "sha256.h"

/* A length that nobody knows. */
#define TRANSFER_UNKNOWN UINT64_MAX

/* The fields are private but for bytes. */
typedef struct transfer {
    uint64_t bytes; /* so far */
    uint64_t total;
    uint64_t begun_ms;
    duos_loop *loop;
    progress progress;
    sha256 hash;
} transfer;

/*
 * Writes "  43 % [########------------]   12.3 MiB of   28.6 MiB,  10.2 MiB/s".
 *
 * text: PROGRESS_LINE_MAX bytes. total: TRANSFER_UNKNOWN leaves the share out.
 */
void transfer_line(char *text, uint64_t bytes, uint64_t total, uint64_t ms);

/* Begins to count, and to show it if a person watches. */
void transfer_begin(transfer *t, duos_loop *loop, uint64_t total);

void transfer_add(transfer *t, const void *data, size_t len);

/* Shows nothing any more but how far it came. */
void transfer_stop(transfer *t);

/*
 * Tells the end of a whole file: "sent" or "received". Returns false when the
 * standard output, which JSON is written to, took no line.
 */
bool transfer_end(transfer *t, const char *what);

#endif
