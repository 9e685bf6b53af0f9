/* SPDX-License-Identifier: MIT */
/*
 * counted.h - the figures that are exact (B1, B2, B3, B6, B10), and the
 * yardstick's own, which must be as good as it was when the bars were set.
 */
#ifndef JUDGE_COUNTED_H
#define JUDGE_COUNTED_H

#include <stdbool.h>

/*
 * Adds a row for each.
 *
 * folder: where the servers are.
 * timers: how many timers are counted.
 */
void counted_measure(const char *folder, unsigned timers, double left);

/* Whether the yardstick is a yardstick. */
bool counted_is_valid(void);

#endif
