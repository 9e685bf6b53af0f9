/* SPDX-License-Identifier: MIT */
/*
 * others.h - figures that other programs of this project know: memory (B6),
 * size and start (B10), how many are held (B9), timers.
 */
#ifndef JUDGE_OTHERS_H
#define JUDGE_OTHERS_H

/* folder: where the programs of bench/ are. */
void others_measure(const char *folder, const char *timers);

/* B9, after all rounds. */
void others_held(void);

#endif
