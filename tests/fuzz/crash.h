/* SPDX-License-Identifier: MIT */
/*
 * crash.h - being told when the process is about to die. crash_signals.c and
 * crash_sanitizer.c implement it; CMake picks one.
 */
#ifndef TEST_FUZZ_CRASH_H
#define TEST_FUZZ_CRASH_H

/* report is called once, however the process dies of a mistake. */
void crash_watch(void (*report)(void));

#endif
