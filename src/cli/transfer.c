/* SPDX-License-Identifier: MIT */
/*
 * transfer.c - how progress looks, and who gets to see it.
 */
#include "transfer.h"

#include "os.h"
#include "report.h"
#include "say.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    TICK_MS = 200,
    BAR = 20,
    AMOUNT_MAX = 32,
    WIDTH = 78
};

/* "12.3 MiB": four digits at most. */
static void write_amount(char *text, uint64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    uint64_t tenths;
    size_t unit = 0;

    if (bytes < 1024) {
        snprintf(text, AMOUNT_MAX, "%u B", (unsigned)bytes);
        return;
    }
    while (bytes >= 1024 * 1024 && unit < 3) {
        bytes /= 1024;
        unit++;
    }
    tenths = bytes / 1024 * 10 + bytes % 1024 * 10 / 1024;
    snprintf(text, AMOUNT_MAX, "%" PRIu64 ".%u %s", tenths / 10,
             (unsigned)(tenths % 10), units[unit + 1]);
}

/* "  43 % [########------------] ", or nothing. */
static void write_share(char *text, size_t cap, uint64_t bytes, uint64_t total)
{
    char bar[BAR + 1];
    unsigned share;
    unsigned i;

    text[0] = '\0';
    if (total == TRANSFER_UNKNOWN || total == 0) {
        return;
    }
    bytes = bytes < total ? bytes : total; /* the file may have grown */
    share = (unsigned)((double)bytes * 100 / (double)total);
    for (i = 0; i < BAR; i++) {
        bar[i] = i < share * BAR / 100 ? '#' : '-';
    }
    bar[BAR] = '\0';
    snprintf(text, cap, "%3u %% [%s] ", share % 1000, bar);
}

void transfer_line(char *text, uint64_t bytes, uint64_t total, uint64_t ms)
{
    char share[BAR + 16];
    char done[AMOUNT_MAX];
    char rate[AMOUNT_MAX];
    char of[AMOUNT_MAX + 4] = "";

    write_share(share, sizeof share, bytes, total);
    write_amount(done, bytes);
    if (share[0] != '\0') {
        memcpy(of, " of ", 5);
        write_amount(of + 4, total);
    }
    ms += ms == 0; /* nothing has happened yet */
    write_amount(rate, bytes / ms * 1000 + bytes % ms * 1000 / ms);
    snprintf(text, TRANSFER_LINE_MAX, "%s%s%s, %s/s", share, done, of, rate);
}

/* No line feed: the next one is written over it, and as wide as it. */
static void show(transfer *t)
{
    char text[TRANSFER_LINE_MAX];
    char line[TRANSFER_LINE_MAX + 2];

    transfer_line(text, t->bytes, t->total,
                  duos_loop_now_ms(t->loop) - t->begun_ms);
    snprintf(line, sizeof line, "\r%-*s", WIDTH, text);
    (void)os_write(OS_STDERR, line, strlen(line));
    t->shown = true;
}

/* Without memory it stands still. */
static void tick(duos_timer *timer)
{
    if (duos_timer_start(timer, TICK_MS) != DUOS_OK) {
        duos_timer_stop(timer);
    }
}

static void on_tick(duos_timer *timer, void *user)
{
    show(user);
    tick(timer);
}

static bool is_watched(void)
{
    return os_is_terminal(OS_STDERR) && say_wants(SAY_NORMAL) &&
           !report_is_json();
}

void transfer_begin(transfer *t, duos_loop *loop, uint64_t total)
{
    t->bytes = 0;
    t->total = total;
    t->loop = loop;
    t->begun_ms = duos_loop_now_ms(loop);
    t->shown = false;
    sha256_begin(&t->hash);
    if (duos_timer_init(&t->tick, loop, on_tick, t) == DUOS_OK &&
        is_watched()) {
        tick(&t->tick);
    }
}

void transfer_add(transfer *t, const void *data, size_t len)
{
    t->bytes += len;
    sha256_add(&t->hash, data, len);
}

void transfer_make_room(transfer *t)
{
    if (t->shown) {
        show(t);
        t->shown = false;
        (void)os_write(OS_STDERR, "\n", 1);
    }
}

void transfer_stop(transfer *t)
{
    duos_timer_stop(&t->tick);
    transfer_make_room(t);
}

bool transfer_end(transfer *t, const char *what)
{
    char checksum[SHA256_TEXT_MAX];

    transfer_stop(t);
    sha256_end(&t->hash, checksum);
    return report_transfer(what, t->bytes,
                           duos_loop_now_ms(t->loop) - t->begun_ms, checksum);
}
