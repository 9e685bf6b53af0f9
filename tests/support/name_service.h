/* SPDX-License-Identifier: MIT */
/*
 * name_service.h - a name service of our own: a program that has it has its
 * own sys_lookup, so the platform's is not linked.
 *
 * The name says what happens: "ok-..." and "fail-..." answer at once,
 * "hang-..." answers when the test lets it. These are counted, so a test can
 * wait until the threads that it left alone are through. "race-..." is for
 * tests that cannot know how many of their threads ever came so far. Of
 * addresses, 192.0.2.1 has a name at once and 192.0.2.2 hangs.
 */
#ifndef TEST_NAME_SERVICE_H
#define TEST_NAME_SERVICE_H

void name_service_begin(void);

/* Lets everything go, and waits until nobody is in it any more. */
void name_service_end(void);

/* Lets everything go that hangs, now and later. */
void name_service_release(void);

/* Waits until so many questions have come. */
void name_service_wait(unsigned wanted);

/* Questions that have come; the most that were in here together. */
unsigned name_service_begun(void);
unsigned name_service_most_at_once(void);

#endif
