/* SPDX-License-Identifier: MIT */
/*
 * progress.c - how a line of progress is drawn, and over what. A terminal that
 * becomes narrower while it stands there breaks it; so the width is asked for
 * each time, and the line cut to it.
 */
#include "progress.h"

#include "os.h"
#include "report.h"
#include "say.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    TICK_MS = 200,
    BAR = 20,
    WIDTH_MOST = 78
};

static bool is_off;

/* The one whose line stands there: no two are shown at a time. */
static progress *shown_now;

void progress_turn_off(void)
{
    is_off = true;
}

/* ---- how it looks -------------------------------------------------------- */

void progress_amount(char *text, uint64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    uint64_t tenths;
    size_t unit = 0;

    if (bytes < 1024) {
        snprintf(text, PROGRESS_AMOUNT_MAX, "%u B", (unsigned)bytes);
        return;
    }
    while (bytes >= 1024 * 1024 && unit < 3) {
        bytes /= 1024;
        unit++;
    }
    tenths = bytes / 1024 * 10 + bytes % 1024 * 10 / 1024;
    snprintf(text, PROGRESS_AMOUNT_MAX, "%" PRIu64 ".%u %s", tenths / 10,
             (unsigned)(tenths % 10), units[unit + 1]);
}

void progress_share(char *text, uint64_t done, uint64_t total)
{
    char bar[BAR + 1];
    unsigned share;
    unsigned i;

    text[0] = '\0';
    if (total == 0) {
        return;
    }
    done = done < total ? done : total; /* a file may have grown */
    share = (unsigned)((double)done * 100 / (double)total);
    for (i = 0; i < BAR; i++) {
        bar[i] = i < share * BAR / 100 ? '#' : '-';
    }
    bar[BAR] = '\0';
    snprintf(text, PROGRESS_SHARE_MAX, "%3u %% [%s] ", share % 1000, bar);
}

/* ---- the line ------------------------------------------------------------ */

static int width_now(void)
{
    int width = os_terminal_width(OS_STDERR) - 1;

    return width > 0 && width < WIDTH_MOST ? width : WIDTH_MOST;
}

/* No line feed: the next one is written over it, and as wide as it. */
static void show(progress *p)
{
    char text[PROGRESS_LINE_MAX];
    char line[PROGRESS_LINE_MAX + 2];
    int width = width_now();

    p->write(text, p->user);
    snprintf(line, sizeof line, "\r%-*.*s", width, width, text);
    (void)os_write(OS_STDERR, line, strlen(line));
    p->shown = true;
    shown_now = p;
}

/* What is said next gets a line of its own. */
static void make_room(void)
{
    if (shown_now != NULL) {
        show(shown_now);
        shown_now->shown = false;
        shown_now = NULL;
        (void)os_write(OS_STDERR, "\n", 1);
    }
}

/* ---- when it is shown ---------------------------------------------------- */

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
    return !is_off && os_is_terminal(OS_STDERR) && say_wants(SAY_NORMAL) &&
           !report_is_json();
}

void progress_begin(progress *p, duos_loop *loop,
                    void (*write)(char *text, void *user), void *user)
{
    p->write = write;
    p->user = user;
    p->shown = false;
    if (duos_timer_init(&p->tick, loop, on_tick, p) == DUOS_OK &&
        is_watched()) {
        say_set_before(make_room);
        tick(&p->tick);
    }
}

void progress_stop(progress *p)
{
    duos_timer_stop(&p->tick);
    if (p->shown) {
        make_room();
    }
}
