/* SPDX-License-Identifier: MIT */
/*
 * getpeereid.h - the BSDs' call that tells who a peer is, as they declare it.
 */
#ifndef TEST_GETPEEREID_H
#define TEST_GETPEEREID_H

int getpeereid(int fd, unsigned *uid, unsigned *gid);

#endif
