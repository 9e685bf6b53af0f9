/* SPDX-License-Identifier: MIT */
/*
 * log.h - lines on their way to a standard stream whose reader may stall,
 * which must hold up nobody: a bounded queue, and a thread that writes it.
 *
 * Lines that find no room are dropped whole and counted; a line that tells
 * how many stands in their place once there is room again. A write that fails
 * (a full disk, a pipe without a reader) is tried again from where it was, so
 * it is a stall, too. Of the first one on the standard output say_failure
 * tells, unless its reader has gone.
 */
#ifndef CLI_LOG_H
#define CLI_LOG_H

#include <duosock/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that may wait for one stream. */
enum {
    LOG_QUEUE = 256 * 1024
};

/*
 * Writes the line that tells of dropped ones.
 *
 * text: cap bytes, at least 256. Returns the length; is called on the thread
 * that writes.
 */
typedef size_t log_notice(char *text, size_t cap, uint64_t dropped);

/*
 * Begins to queue what goes to OS_STDOUT or OS_STDERR.
 */
duos_err log_start(int stream, log_notice *notice);

/*
 * Queues a line, with its line feed; where nothing was begun it is written.
 * Returns an error of that write, never one for a line that was dropped.
 */
duos_err log_write(int stream, const void *line, size_t len);

/*
 * Waits until all is written that was queued, or cannot be written.
 *
 * timeout_ms: how long at most; less than 0 has no limit.
 */
void log_flush(int32_t timeout_ms);

/*
 * Whether the last write failed, and not for want of a reader: then lines that
 * nobody wanted to lose are lost when the process ends.
 */
bool log_failed(int stream);

#endif
