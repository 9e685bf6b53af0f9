/* SPDX-License-Identifier: MIT */
/*
 * progress.c - progress.h on stdout.
 */
#define _POSIX_C_SOURCE 200809L

#include "progress.h"

#include <stdio.h>
#include <unistd.h>

#include "process.h"

/* Between the lines, where there is no terminal. */
#define SELDOM_S 20.0

static double begun;
static double shown;
static int is_terminal;

void progress_begin(void)
{
    begun = process_clock();
    shown = begun - SELDOM_S;
    is_terminal = isatty(STDOUT_FILENO);
}

double progress_passed(void)
{
    return process_clock() - begun;
}

void progress_show(double left, const char *what)
{
    unsigned passed = (unsigned)progress_passed();
    unsigned rest = left > 0 ? (unsigned)left : 0;

    if (!is_terminal && process_clock() - shown < SELDOM_S) {
        return;
    }
    shown = process_clock();
    printf("%s[%2u:%02u, about %2u:%02u left] %-52.52s%s",
           is_terminal ? "\r" : "", passed / 60, passed % 60, rest / 60,
           rest % 60, what, is_terminal ? "" : "\n");
    fflush(stdout);
}

void progress_clear(void)
{
    if (is_terminal) {
        printf("\r%79s\r", "");
        fflush(stdout);
    }
}
