/* SPDX-License-Identifier: MIT */
/*
 * values.h - the values of options: durations, sizes and counts as they are
 * written on a command line. 0 means no limit and needs no unit.
 *
 * Each returns NULL, or what is wrong as the end of a sentence that begins
 * with the value. out is untouched then.
 */
#ifndef CLI_VALUES_H
#define CLI_VALUES_H

#include <stddef.h>
#include <stdint.h>

/* "500ms", "30s", "5m", "1h": milliseconds. */
const char *value_time(const char *text, int32_t *out);

/* "64", "64K", "1M", "2G": bytes. */
const char *value_size(const char *text, size_t *out);

/* "100". */
const char *value_count(const char *text, uint32_t *out);

/*
 * The place of text in a list "one|two|three": 0, 1, 2; -1 when it is not in
 * it.
 */
int value_choice(const char *text, const char *list);

/*
 * How unlike two words are: letters to add, drop, change or swap with their
 * neighbour until one is the other. Only the first 31 letters count.
 */
size_t word_distance(const char *a, const char *b);

#endif
