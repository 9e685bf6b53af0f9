/* SPDX-License-Identifier: MIT */
/*
 * transfer.c - how a file's progress looks, and its end.
 */
#include "transfer.h"

#include "report.h"

#include <stdio.h>
#include <string.h>

void transfer_line(char *text, uint64_t bytes, uint64_t total, uint64_t ms)
{
    char share[PROGRESS_SHARE_MAX];
    char done[PROGRESS_AMOUNT_MAX];
    char rate[PROGRESS_AMOUNT_MAX];
    char of[PROGRESS_AMOUNT_MAX + 4] = "";

    progress_share(share, bytes, total == TRANSFER_UNKNOWN ? 0 : total);
    progress_amount(done, bytes);
    if (share[0] != '\0') {
        memcpy(of, " of ", 5);
        progress_amount(of + 4, total);
    }
    ms += ms == 0; /* nothing has happened yet */
    progress_amount(rate, bytes / ms * 1000 + bytes % ms * 1000 / ms);
    snprintf(text, PROGRESS_LINE_MAX, "%s%s%s, %s/s", share, done, of, rate);
}

static uint64_t elapsed_ms(const transfer *t)
{
    return duos_loop_now_ms(t->loop) - t->begun_ms;
}

static void write_line(char *text, void *user)
{
    const transfer *t = user;

    transfer_line(text, t->bytes, t->total, elapsed_ms(t));
}

void transfer_begin(transfer *t, duos_loop *loop, uint64_t total)
{
    t->bytes = 0;
    t->total = total;
    t->loop = loop;
    t->begun_ms = duos_loop_now_ms(loop);
    sha256_begin(&t->hash);
    progress_begin(&t->progress, loop, write_line, t);
}

void transfer_add(transfer *t, const void *data, size_t len)
{
    t->bytes += len;
    sha256_add(&t->hash, data, len);
}

void transfer_stop(transfer *t)
{
    progress_stop(&t->progress);
}

bool transfer_end(transfer *t, const char *what)
{
    char checksum[SHA256_TEXT_MAX];

    transfer_stop(t);
    sha256_end(&t->hash, checksum);
    return report_transfer(what, t->bytes, elapsed_ms(t), checksum);
}
