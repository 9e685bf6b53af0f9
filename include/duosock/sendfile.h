/* SPDX-License-Identifier: MIT */
/*
 * sendfile.h - a file into a connection, without a detour through the program
 * where the system can do that.
 */
#ifndef DUOSOCK_SENDFILE_H
#define DUOSOCK_SENDFILE_H

#include <duosock/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Sends a piece of a file to the connected peer, as much as fits. Call it
 * again with the rest: offset and len moved on by what was sent.
 *
 * file: a descriptor on POSIX, a HANDLE on Windows, open for reading; a
 *     regular file.
 * offset: where the piece begins, in bytes.
 * len: how long it is, in bytes; the file may end before.
 * sent: receives how many bytes were taken, 1..len, or 0 if len is 0.
 *
 * Returns: DUOS_OK; DUOS_EEOF when the file ends at offset or before;
 *     DUOS_EINVAL for NULL, an offset that no file has, or a file that cannot
 *     be read at an offset, as a pipe; DUOS_EBADF when s or file is not open,
 *     or file not for reading; DUOS_ENOTSOCK; DUOS_EOPNOTSUPP for a datagram
 *     socket; DUOS_EWOULDBLOCK; DUOS_ENOTCONN; DUOS_EPIPE or DUOS_ECONNRESET
 *     when the connection has ended; the system's code.
 * Ownership: file stays the caller's.
 * Blocking: until all of it was taken, if the socket is blocking; and for as
 *     long as reading the file takes.
 * Thread: any. Never raises SIGPIPE.
 * Platform: sendfile(2) on Linux; elsewhere, and for files that it cannot
 *     take, reading and sending. One call takes at most 1 GiB. Windows may
 *     move the position of the file, POSIX does not.
 * Source: sendfile(2), pread(2), ReadFile.
 */
DUOS_API DUOS_CHECKED duos_err duos_sendfile(duos_socket s, intptr_t file,
                                             uint64_t offset, size_t len,
                                             size_t *sent);

#ifdef __cplusplus
}
#endif

#endif
