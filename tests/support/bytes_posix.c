/* SPDX-License-Identifier: MIT */
/*
 * bytes_posix.c - files, memory and what a datagram socket tells, on POSIX.
 */
#define _FILE_OFFSET_BITS    64 /* glibc on 32 bits */
#define _GNU_SOURCE          1
#define _DARWIN_C_SOURCE     1
#define __APPLE_USE_RFC_3542 1

#include "support/bytes.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

bool bytes_open_file(intptr_t *file)
{
    char path[] = "/tmp/duosock-bytes-XXXXXX";

    *file = mkstemp(path);
    return *file >= 0 && unlink(path) == 0;
}

bool bytes_write_at(intptr_t file, uint64_t offset, const void *data,
                    size_t len)
{
    return pwrite((int)file, data, len, (off_t)offset) == (ssize_t)len;
}

void bytes_close_file(intptr_t file)
{
    close((int)file);
}

bool bytes_open_for_writing(intptr_t *file)
{
    *file = open("/dev/null", O_WRONLY);
    return *file >= 0;
}

bool bytes_open_pipe(intptr_t ends[2])
{
    int fds[2];

    if (pipe(fds) != 0) {
        return false;
    }
    ends[0] = fds[0];
    ends[1] = fds[1];
    return true;
}

bool bytes_open_made_up(intptr_t *file)
{
    *file = open("/proc/self/status", O_RDONLY);
    return *file >= 0;
}

void *bytes_reserve(size_t len)
{
    void *data = mmap(NULL, len, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return data == MAP_FAILED ? NULL : data;
}

void bytes_release(void *data, size_t len)
{
    munmap(data, len);
}
