/* SPDX-License-Identifier: MIT */
/*
 * bytes.h - what tests that move bytes ask of the system itself: files and
 * much memory. bytes_posix.c and bytes_win32.c implement it. false or NULL:
 * this system cannot do it.
 */
#ifndef TEST_BYTES_H
#define TEST_BYTES_H

#include "support/check.h"

/* A new file, open for reading and writing, that goes when it is closed. */
bool bytes_open_file(intptr_t *file);
bool bytes_write_at(intptr_t file, uint64_t offset, const void *data,
                    size_t len);
void bytes_close_file(intptr_t file);

/* One that is open for writing only, and the reading end of a pipe. */
bool bytes_open_for_writing(intptr_t *file);
bool bytes_open_pipe(intptr_t ends[2]);

/* A file that the system makes up while it is read. */
bool bytes_open_made_up(intptr_t *file);

/* Address space that reads as zeros and costs nothing. */
void *bytes_reserve(size_t len);
void bytes_release(void *data, size_t len);

#endif
