/* SPDX-License-Identifier: MIT */
/*
 * listen.h - listening that is right everywhere, in one call.
 *
 * duos_listen_at gives one socket. duos_listener_open gives as many as the
 * address asks for on this system, mostly one, and looks after the file of a
 * unix socket. duos_inherited gives those that a service manager has opened.
 *
 * A path of a unix socket: a file that nobody listens on any more is
 * replaced, after a connect to it was refused and under a lock, so that of two
 * that try at once one wins: flock on its directory, which must be readable (on
 * Windows a file beside it, path and ".duosock-lock", for that moment). One
 * that somebody listens on is DUOS_EADDRINUSE; what is no socket is
 * DUOS_EEXIST and never touched. Permissions are set before the first client
 * can connect; the process's umask is left alone.
 */
#ifndef DUOSOCK_LISTEN_H
#define DUOSOCK_LISTEN_H

#include <duosock/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * How to listen. Set by duos_listen_options_init; later versions append
 * fields.
 */
typedef struct duos_listen_options {
    size_t size;
    int backlog;      /* 0 or less: as many as the system allows */
    duos_reuse reuse; /* DUOS_REUSE_SAFE */
    bool v6only;      /* false: "*" and ":port" take IPv4 as well */
    bool nodelay;     /* true: TCP_NODELAY for what is accepted */
    uint32_t mode;    /* 0600: permissions of a unix socket's file */
} duos_listen_options;

/*
 * Fills in the defaults.
 *
 * options: NULL is ignored.
 * size: sizeof(duos_listen_options), which the macro of this name adds.
 *
 * Blocking: never.
 * Thread: any.
 */
DUOS_API void duos_listen_options_init(duos_listen_options *options,
                                       size_t size);
#define duos_listen_options_init(options)                                      \
    (duos_listen_options_init)(options, sizeof(duos_listen_options))

/*
 * A listener in one call: socket, options, bind, listen. "udp:" gives a bound
 * datagram socket. It is the first socket of duos_listener_open, which is the
 * better choice for "localhost", for systems where no socket takes both IPv4
 * and IPv6, and for a path.
 *
 * address: every form of duos_endpoint_parse. "*:port" and ":port" take IPv4
 *     and IPv6 on one socket; where the system keeps the two apart, IPv6
 *     alone; where it has no IPv6, IPv4 alone. "localhost:port" is 127.0.0.1,
 *     or ::1 where that is all.
 * options: NULL means the defaults.
 * out: receives the listener, which is non-blocking.
 * bound: receives the bound address with its port; NULL when not wanted.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL or options of an unknown size;
 *     DUOS_ESYNTAX, DUOS_ERANGE, DUOS_EAFNOSUPPORT or DUOS_ENOTSUP as
 *     duos_endpoint_parse and DUOS_REUSE_SHARED say, DUOS_ERANGE also for a
 *     mode over 0777, DUOS_ENOTSUP also for DUOS_REUSE_SHARED on a unix
 *     socket; DUOS_EADDRINUSE; DUOS_EADDRNOTAVAIL; DUOS_EACCES; for a path
 *     DUOS_EEXIST when it leads to something else than a socket,
 *     DUOS_ENOENT when its directory is not there, DUOS_EACCES when that may
 *     not be read, DUOS_ENAMETOOLONG, and DUOS_EBUSY when another program has
 *     the lock for over a second; the system's code.
 * Ownership: the caller closes it. The file of a unix socket stays behind.
 * Blocking: never; for a path, at most a second.
 * Thread: any.
 * Platform: DUOS_EAFNOSUPPORT for a unix socket on Windows before 10 1803.
 */
DUOS_API DUOS_CHECKED duos_err
duos_listen_at(const char *address, const duos_listen_options *options,
               duos_socket *out, duos_addr *bound);

/* Most sockets that one address needs. */
#define DUOS_LISTENER_MAX 2

/*
 * The sockets of one address, and what is to be tidied up behind them. The
 * fields with a file_ are private.
 *
 * Life cycle: duos_listener_open, then duos_listener_close. A zeroed one has
 * no sockets, and may be closed.
 */
typedef struct duos_listener {
    size_t count;
    duos_socket socks[DUOS_LISTENER_MAX];
    duos_addr bound[DUOS_LISTENER_MAX];
    bool file_ours;
    uint64_t file_device;
    uint64_t file_inode;
} duos_listener;

/*
 * Listens on every address that a text means; duos_listen_at is enough for a
 * program that can have but one socket. "*:port" and ":port" give one
 * socket for IPv6 and IPv4; where the system keeps the two apart, two sockets
 * on one port; where IPv6 is off, IPv4 alone. "localhost:port" gives
 * 127.0.0.1 and ::1 on one port, or the one that there is. Any other address
 * gives one socket.
 *
 * address: every form of duos_endpoint_parse. With port 0, all sockets get
 *     the same port.
 * options: NULL means the defaults.
 * out: receives the sockets, which are non-blocking and not inherited by
 *     child processes, and the address that each is bound to.
 *
 * Returns: as duos_listen_at: DUOS_OK, DUOS_EINVAL, DUOS_ESYNTAX,
 *     DUOS_ERANGE, DUOS_EAFNOSUPPORT, DUOS_ENOTSUP, DUOS_EADDRINUSE,
 *     DUOS_EADDRNOTAVAIL, DUOS_EACCES, DUOS_EEXIST, DUOS_ENOENT,
 *     DUOS_ENAMETOOLONG, DUOS_EBUSY, the system's code. Then nothing is left
 *     open.
 * Ownership: the caller closes it with duos_listener_close.
 * Blocking: never; for a path, at most a second.
 * Thread: any.
 */
DUOS_API DUOS_CHECKED duos_err
duos_listener_open(const char *address, const duos_listen_options *options,
                   duos_listener *out);

/*
 * Closes all sockets of a listener and removes the file of a unix socket, if
 * it is still the one that was made: one that a successor has put there
 * stays. In a child process after fork, close the sockets instead.
 *
 * listener: NULL is ignored; has no sockets afterwards.
 *
 * Blocking: never.
 * Thread: any, but not while another thread uses the sockets.
 */
DUOS_API void duos_listener_close(duos_listener *listener);

/* Longest name that a service manager gives to a socket, without its NUL. */
#define DUOS_INHERITED_NAME_MAX 255

/* A socket that was open before this program began. */
typedef struct duos_inherited_socket {
    duos_socket sock;
    duos_type type;
    char name[DUOS_INHERITED_NAME_MAX + 1]; /* "" when it has none */
} duos_inherited_socket;

/*
 * Takes the sockets that a service manager has handed to this process, by
 * the custom of systemd: LISTEN_FDS says how many, LISTEN_PID to whom,
 * LISTEN_FDNAMES what they are called. Variables that are meant for another
 * process are no error: there are 0 sockets then. duos_server_adopt takes
 * them on.
 *
 * forget: removes the variables, so that child processes do not see them;
 *     not after an error.
 * list: receives the sockets: listening streams or datagram sockets, from
 *     now on not inherited by child processes. NULL only if cap is 0.
 * count: receives how many there are.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL; DUOS_ESYNTAX for variables that
 *     are no numbers, or as many names as there are no sockets;
 *     DUOS_ENAMETOOLONG for a name that is; DUOS_ENOSPACE for more sockets
 *     than cap; DUOS_EBADF when one is not open; DUOS_ENOTSOCK for what is no
 *     socket; DUOS_ESTATE for a stream that does not listen; the system's
 *     code. Then nothing was taken.
 * Ownership: the caller closes them. A second call gives the same ones, so
 *     call it once, or with forget.
 * Blocking: never.
 * Thread: any, but not while another thread changes the environment; forget
 *     changes it.
 * Platform: Windows has no such custom: 0 sockets.
 * Source: sd_listen_fds(3).
 */
DUOS_API DUOS_CHECKED duos_err duos_inherited(bool forget,
                                              duos_inherited_socket *list,
                                              size_t cap, size_t *count);

#ifdef __cplusplus
}
#endif

#endif
