/* SPDX-License-Identifier: MIT */
/*
 * refuse_posix.c - calls of POSIX and Linux that can be refused: the linker
 * puts each __wrap_ before the system's own. tests/CMakeLists.txt reads the
 * names from here. The headers that declare them stay out: some say more of
 * the parameters than C lets one repeat.
 */
#include "support/refuse.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void refuse_lock(void)
{
    (void)pthread_mutex_lock(&lock);
}

void refuse_unlock(void)
{
    (void)pthread_mutex_unlock(&lock);
}

uintptr_t refuse_thread(void)
{
    return (uintptr_t)pthread_self();
}

const int refuse_interrupted = EINTR;

/* A call that fails with -1 and errno. */
#define CALL(type, name, code, interruptible, params, args)                    \
    type __real_##name params;                                                 \
    type __wrap_##name params;                                                 \
    type __wrap_##name params                                                  \
    {                                                                          \
        if (refuse_strikes(#name, code, interruptible)) {                      \
            errno = refuse_native();                                           \
            return -1;                                                         \
        }                                                                      \
        return __real_##name args;                                             \
    }

/* One that returns its error. */
#define CALL_CODE(name, code, params, args)                                    \
    int __real_##name params;                                                  \
    int __wrap_##name params;                                                  \
    int __wrap_##name params                                                   \
    {                                                                          \
        return refuse_strikes(#name, code, false) ? refuse_native()            \
                                                  : __real_##name args;        \
    }

/* ---- birth and life of descriptors -------------------------------------- */

CALL(int, socket, EMFILE, false, (int a, int b, int c), (a, b, c))
CALL(int, socketpair, EMFILE, false, (int a, int b, int c, int *d),
     (a, b, c, d))
CALL(int, accept4, EMFILE, true, (int a, void *b, void *c, int d), (a, b, c, d))
CALL(int, accept, EMFILE, true, (int a, void *b, void *c), (a, b, c))
CALL(int, eventfd, EMFILE, false, (unsigned a, int b), (a, b))
CALL(int, pipe, EMFILE, false, (int *a), (a))
CALL(int, epoll_create1, EMFILE, false, (int a), (a))
CALL(int, epoll_ctl, ENOMEM, false, (int a, int b, int c, void *d),
     (a, b, c, d))
CALL(int, fcntl64, ENOLCK, false, (int a, int b, intptr_t c), (a, b, c))
CALL(int, ioctl, ENOMEM, false, (int a, unsigned long b, intptr_t c), (a, b, c))
CALL(int, bind, ENOMEM, false, (int a, const void *b, unsigned c), (a, b, c))
CALL(int, listen, ENOMEM, false, (int a, int b), (a, b))
CALL(int, connect, ENOMEM, false, (int a, const void *b, unsigned c), (a, b, c))
CALL(int, shutdown, ENOMEM, false, (int a, int b), (a, b))
CALL(int, getsockname, ENOBUFS, false, (int a, void *b, void *c), (a, b, c))
CALL(int, getpeername, ENOBUFS, false, (int a, void *b, void *c), (a, b, c))
CALL(int, getsockopt, ENOMEM, false, (int a, int b, int c, void *d, void *e),
     (a, b, c, d, e))
CALL(int, setsockopt, ENOMEM, false,
     (int a, int b, int c, const void *d, unsigned e), (a, b, c, d, e))

/* ---- bytes -------------------------------------------------------------- */

CALL(intptr_t, send, ENOBUFS, true, (int a, const void *b, size_t c, int d),
     (a, b, c, d))
CALL(intptr_t, recv, ENOMEM, true, (int a, void *b, size_t c, int d),
     (a, b, c, d))
CALL(intptr_t, sendto, ENOBUFS, true,
     (int a, const void *b, size_t c, int d, const void *e, unsigned f),
     (a, b, c, d, e, f))
CALL(intptr_t, sendmsg, ENOBUFS, true, (int a, const void *b, int c), (a, b, c))
CALL(intptr_t, recvmsg, ENOMEM, true, (int a, void *b, int c), (a, b, c))
CALL(int, sendmmsg, ENOBUFS, true, (int a, void *b, unsigned c, int d),
     (a, b, c, d))
CALL(int, recvmmsg, ENOMEM, true, (int a, void *b, unsigned c, int d, void *e),
     (a, b, c, d, e))
CALL(intptr_t, sendfile64, ENOMEM, true, (int a, int b, void *c, size_t d),
     (a, b, c, d))
CALL(intptr_t, pread64, EIO, true, (int a, void *b, size_t c, int64_t d),
     (a, b, c, d))
CALL(intptr_t, write, EIO, false, (int a, const void *b, size_t c), (a, b, c))

/* ---- waiting ------------------------------------------------------------ */

CALL(int, poll, ENOMEM, true, (void *a, unsigned long b, int c), (a, b, c))
CALL(int, select, ENOMEM, true, (int a, void *b, void *c, void *d, void *e),
     (a, b, c, d, e))
CALL(int, epoll_wait, ENOMEM, true, (int a, void *b, int c, int d),
     (a, b, c, d))

/* ---- files, signals, threads, the rest ---------------------------------- */

CALL(int, open64, EMFILE, false, (const char *a, int b, unsigned c), (a, b, c))
CALL(int, flock, ENOLCK, true, (int a, int b), (a, b))
CALL(int, lstat64, ENOMEM, false, (const char *a, void *b), (a, b))
CALL(int, chmod, EPERM, false, (const char *a, unsigned b), (a, b))
CALL(int, sigaction, EINVAL, false, (int a, const void *b, void *c), (a, b, c))
CALL(int, getifaddrs, ENOMEM, false, (void *a), (a))
CALL(int, getentropy, ENOSYS, false, (void *a, size_t b), (a, b))
CALL_CODE(pthread_create, EAGAIN,
          (void *a, const void *b, void *(*c)(void *), void *d), (a, b, c, d))
CALL_CODE(pthread_attr_init, ENOMEM, (void *a), (a))
CALL_CODE(pthread_mutex_init, ENOMEM, (void *a, const void *b), (a, b))
CALL_CODE(pthread_cond_init, ENOMEM, (void *a, const void *b), (a, b))

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size)
{
    return refuse_strikes("realloc", ENOMEM, false) ? NULL
                                                    : __real_realloc(old, size);
}

/* Names are looked up by other threads. None is known, and nobody is asked. */
int __wrap_getaddrinfo(const char *host, const char *service, const void *hints,
                       void **list);
int __wrap_getaddrinfo(const char *host, const char *service, const void *hints,
                       void **list)
{
    (void)host;
    (void)service;
    (void)hints;
    *list = NULL;
    return -2; /* EAI_NONAME of Linux */
}
