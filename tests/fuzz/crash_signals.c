/* SPDX-License-Identifier: MIT */
/*
 * crash_signals.c - without a sanitizer, a mistake ends in a signal.
 */
#include "crash.h"

#include <signal.h>
#include <stdlib.h>

static void (*tell)(void);

static void on_crash(int number)
{
    (void)number;
    tell();
    _Exit(1);
}

void crash_watch(void (*report)(void))
{
    tell = report;
    (void)signal(SIGABRT, on_crash);
    (void)signal(SIGSEGV, on_crash);
    (void)signal(SIGFPE, on_crash);
    (void)signal(SIGILL, on_crash);
}
