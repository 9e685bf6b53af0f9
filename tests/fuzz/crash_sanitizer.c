/* SPDX-License-Identifier: MIT */
/*
 * crash_sanitizer.c - a sanitizer tells of a mistake itself; abort is ours.
 */
#include "crash.h"

#include <signal.h>
#include <stdlib.h>

/* Of the sanitizers' common interface; not every compiler has its header. */
void __sanitizer_set_death_callback(void (*callback)(void));

static void (*tell)(void);

static void on_abort(int number)
{
    (void)number;
    tell();
    _Exit(1);
}

void crash_watch(void (*report)(void))
{
    tell = report;
    (void)signal(SIGABRT, on_abort);
    __sanitizer_set_death_callback(report);
}
