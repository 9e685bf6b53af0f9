/* SPDX-License-Identifier: MIT */
/*
 * spy_posix.c - calls of POSIX, seen and bent. <sys/socket.h> stays out, since
 * its declarations differ from system to system in what they call the types.
 */
#define _GNU_SOURCE 1

#include "support/spy.h"

#include <dlfcn.h>
#include <errno.h>

spy spied;
static size_t next_error;

void spy_reset(void)
{
    memset(&spied, 0, sizeof spied);
    next_error = 0;
}

const int spy_network_errors[] = {ENETDOWN,    EPROTO,       ENOPROTOOPT,
                                  EHOSTDOWN,   EHOSTUNREACH, ENETUNREACH,
                                  ECONNABORTED};
const size_t spy_network_error_count =
    sizeof spy_network_errors / sizeof spy_network_errors[0];
const int spy_no_descriptor = EMFILE;
const int spy_refused = ECONNREFUSED;

/* The system's own function; C has no cast for what dlsym gives. */
static void find(void *function, const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);

    assert_non_null(found);
    memcpy(function, &found, sizeof found);
}

/* Linux's numbers; who asks for what they stand for asks for Linux first. */
#define FLAG_CLOEXEC  02000000
#define FLAG_NONBLOCK 04000
#define TYPE_MASK     0xf
#define TYPE_STREAM   1

/* An option of SOL_SOCKET, as the BSDs number it or as Linux does. */
static bool is_option(int level, int name, int bsd, int linux_name)
{
    return (level == 0xffff && name == bsd) ||
           (level == 1 && name == linux_name);
}

static void see_birth(int flags)
{
    spied.inheritable += (flags & FLAG_CLOEXEC) == 0;
    spied.blocking += (flags & FLAG_NONBLOCK) == 0;
}

int socket(int family, int type, int protocol);
int socket(int family, int type, int protocol)
{
    int (*real)(int, int, int);

    find(&real, "socket");
    spied.opened++;
    spied.opened_tcp += (type & TYPE_MASK) == TYPE_STREAM;
    see_birth(type);
    return real(family, type, protocol);
}

int socketpair(int family, int type, int protocol, int *ends);
int socketpair(int family, int type, int protocol, int *ends)
{
    int (*real)(int, int, int, int *);

    find(&real, "socketpair");
    spied.pairs++;
    return real(family, type, protocol, ends);
}

static int error_of_accept(void)
{
    int code = 0;

    if (next_error < sizeof spied.accept_errors / sizeof(int)) {
        code = spied.accept_errors[next_error++];
    }
    return code != 0 ? code : spied.accept_always;
}

static int accepted(int fd, unsigned *len, int flags)
{
    if (fd >= 0) {
        spied.accepted++;
        see_birth(flags);
        if (spied.forget_peer && len != NULL) {
            *len = 0;
        }
    }
    return fd;
}

int accept(int fd, void *addr, unsigned *len);
int accept(int fd, void *addr, unsigned *len)
{
    int (*real)(int, void *, unsigned *);
    int code = error_of_accept();

    find(&real, "accept");
    if (code != 0) {
        errno = code;
        return -1;
    }
    return accepted(real(fd, addr, len), len, 0);
}

int accept4(int fd, void *addr, unsigned *len, int flags);
int accept4(int fd, void *addr, unsigned *len, int flags)
{
    int (*real)(int, void *, unsigned *, int);
    int code = error_of_accept();

    find(&real, "accept4");
    if (code != 0) {
        errno = code;
        return -1;
    }
    return accepted(real(fd, addr, len, flags), len, flags);
}

int connect(int fd, const void *addr, unsigned len);
int connect(int fd, const void *addr, unsigned len)
{
    int (*real)(int, const void *, unsigned);

    find(&real, "connect");
    spied.connects++;
    if (spied.connect_error != 0) {
        errno = spied.connect_error;
        return -1;
    }
    return real(fd, addr, len);
}

int setsockopt(int fd, int level, int name, const void *value, unsigned len);
int setsockopt(int fd, int level, int name, const void *value, unsigned len)
{
    int (*real)(int, int, int, const void *, unsigned);
    bool on = len > 0 && *(const char *)value != 0;

    find(&real, "setsockopt");
    spied.reuse += on && is_option(level, name, 0x4, 2);
    spied.shared += on && is_option(level, name, 0x200, 15);
    if (is_option(level, name, 0x1001, 7)) {
        spied.send_buffers++;
        memcpy(&spied.send_buffer, value, sizeof spied.send_buffer);
    }
    return real(fd, level, name, value, len);
}
