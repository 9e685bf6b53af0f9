/* SPDX-License-Identifier: MIT */
/*
 * resolve.h - host names: what the system's name service makes of them.
 *
 * A text is "name:port", or any form of duos_endpoint_parse: numbers, "*",
 * "localhost" and prefixes. Numbers never reach a name server, and what only
 * looks like one ("127.1", "0x7f.1", "1.2.3.4.5") is refused. A name has
 * labels of letters, digits, "-" and "_", at most 63 bytes each and 253 in
 * all, and may end in a dot; other scripts are written in their "xn--" form.
 * "localhost" and all that ends in ".localhost" is this machine, without
 * asking (RFC 6761).
 *
 * The other way, from an address to its name, the answer is what the owner of
 * the address says it is: good for a log, no proof of anything. From a name of
 * a service ("http") to its port is a table of this machine, which may lie on
 * a server, too. A port in an address is always a number.
 *
 * The system's resolver blocks and cannot be interrupted. So it is asked on a
 * thread of its own, which is left alone when a lookup is given up: a late
 * answer is thrown away. A loop has at most 4 such threads, those that it has
 * left alone included; other lookups wait for one, within their own time. The
 * threads' memory comes from the C library, since it may outlive the loop and
 * its allocator.
 */
#ifndef DUOSOCK_RESOLVE_H
#define DUOSOCK_RESOLVE_H

#include <duosock/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Longest host name in bytes, with a final dot and without its NUL. */
#define DUOS_RESOLVE_NAME_MAX 254

/* Longest name of a service in bytes, without its NUL. */
#define DUOS_RESOLVE_SERVICE_MAX 63

/* No name has more addresses than that; what is left over is dropped. */
#define DUOS_RESOLVE_MAX 64

/* Lookups that a loop may have under way; more are refused. */
#define DUOS_LOOKUPS_MAX 256

/*
 * The addresses of a name, in the order in which they should be tried.
 *
 * address: NUL-terminated, as above. The port comes back in each address;
 *     0 is allowed. A prefix as "tcp6:" narrows the family; "udp:" says
 *     nothing here. "localhost", "*" and an empty host give 127.0.0.1, then
 *     ::1.
 * family: DUOS_UNSPEC for both, DUOS_IPV4 or DUOS_IPV6.
 * timeout_ms: less than 0 waits as long as the system does.
 * addrs: receives up to cap addresses; cap must not be 0, and need not be
 *     more than DUOS_RESOLVE_MAX.
 * count: receives how many were stored, 1..cap.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL, cap 0 or another family;
 *     DUOS_ESYNTAX for what is no name and no address; DUOS_ENAMETOOLONG;
 *     DUOS_ERANGE for a port over 65535; DUOS_EAFNOSUPPORT when text and
 *     family do not go together; DUOS_ENOTSUP for "unix:"; DUOS_ENOENT for a
 *     zone that no interface has;
 *     DUOS_ENONAME when nobody knows the name; DUOS_ENODATA when it has no
 *     address of this family; DUOS_ETRYAGAIN when no server answered;
 *     DUOS_ENORECOVERY when one could not; DUOS_ETIMEDOUT; DUOS_ENOMEM;
 *     DUOS_EMFILE; the system's code.
 * Blocking: at most timeout_ms; not for numbers and this machine.
 * Thread: any.
 * Platform: Linux with glibc says DUOS_ETRYAGAIN for a machine without any
 *     name server, others DUOS_ENONAME.
 * Source: getaddrinfo(3), RFC 1123, RFC 6761.
 */
DUOS_API DUOS_CHECKED duos_err duos_resolve(const char *address,
                                            duos_family family,
                                            int64_t timeout_ms,
                                            duos_addr *addrs, size_t cap,
                                            size_t *count);

/*
 * The host name of an address.
 *
 * addr: IPv4 or IPv6; its port does not matter.
 * timeout_ms: less than 0 waits as long as the system does.
 * name: receives the name with its final NUL; DUOS_RESOLVE_NAME_MAX + 1 bytes
 *     are enough. It is a name as above, and as such safe to print; an answer
 *     that is none counts as no answer.
 * cap: bytes that name has room for.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL; DUOS_EAFNOSUPPORT for another
 *     family; DUOS_ENOSPACE when cap is too small; DUOS_ENONAME when the
 *     address has no name; DUOS_ETRYAGAIN when no server answered;
 *     DUOS_ENORECOVERY when one could not; DUOS_ETIMEDOUT; DUOS_ENOMEM;
 *     DUOS_EMFILE; the system's code.
 * Blocking: at most timeout_ms.
 * Thread: any.
 * Source: getnameinfo(3).
 */
DUOS_API DUOS_CHECKED duos_err duos_reverse(const duos_addr *addr,
                                            int64_t timeout_ms, char *name,
                                            size_t cap);

/*
 * The port of a service: 80 for "http".
 *
 * service: NUL-terminated letters, digits and "-_.+" with a letter among
 *     them, at most DUOS_RESOLVE_SERVICE_MAX bytes. A number is no service.
 * type: DUOS_STREAM for TCP, DUOS_DGRAM for UDP.
 * timeout_ms: less than 0 waits as long as the system does.
 * port: receives the port.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL or another type; DUOS_ESYNTAX;
 *     DUOS_ENAMETOOLONG; DUOS_ENOENT when there is no such service;
 *     DUOS_ETIMEDOUT; DUOS_ENOMEM; DUOS_EMFILE; as duos_resolve where the
 *     table lies on a server; the system's code.
 * Blocking: at most timeout_ms.
 * Thread: any.
 * Platform: a system without such a table (/etc/services, on Windows
 *     drivers\etc\services) knows no service.
 * Source: getaddrinfo(3), RFC 6335.
 */
DUOS_API DUOS_CHECKED duos_err duos_resolve_service(const char *service,
                                                    duos_type type,
                                                    int64_t timeout_ms,
                                                    uint16_t *port);

/*
 * The same on a loop; storage is the caller's. The fields are private.
 *
 * Life cycle: duos_lookup_init; duos_lookup_start; on_done once, unless
 * duos_lookup_stop comes first; then it may be started again. A lookup that
 * is not started holds nothing and may simply go out of scope; a started one
 * must stay where it is. Destroying the loop ends it without a call; it is
 * not to be used any more then.
 */
typedef struct duos_lookup {
    struct duos_timer deadline;
    struct duos_loop *loop;
    void (*on_done)(struct duos_lookup *lookup, duos_err err,
                    const duos_addr *addrs, size_t count, void *user);
    void *user;
    struct duos__query *query; /* NULL when not started */
    const char *name;          /* see duos_lookup_name */
} duos_lookup;

/*
 * Prepares a lookup.
 *
 * on_done: is called once per start, never within it; the lookup is not
 *     started any more then. err: DUOS_OK, or DUOS_ETIMEDOUT, DUOS_ENONAME,
 *     DUOS_ENODATA, DUOS_ETRYAGAIN, DUOS_ENORECOVERY, DUOS_ENOMEM, the
 *     system's code. addrs: count addresses, 1..DUOS_RESOLVE_MAX, in the
 *     order in which they should be tried; valid until it returns; NULL and 0
 *     after a failure.
 * user: is passed on; may be NULL.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL lookup, loop or on_done.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API duos_err duos_lookup_init(duos_lookup *lookup, duos_loop *loop,
                                   void (*on_done)(duos_lookup *lookup,
                                                   duos_err err,
                                                   const duos_addr *addrs,
                                                   size_t count, void *user),
                                   void *user);

/*
 * Begins to look a name up.
 *
 * address, family: as for duos_resolve.
 * timeout_ms: until on_done says DUOS_ETIMEDOUT; less than 0 has no limit.
 *
 * Returns: DUOS_OK when on_done will come; DUOS_EINVAL for a NULL, another
 *     family, or a lookup without duos_lookup_init; DUOS_EBUSY when it is
 *     started; DUOS_ESYNTAX, DUOS_ENAMETOOLONG, DUOS_ERANGE,
 *     DUOS_EAFNOSUPPORT, DUOS_ENOENT and DUOS_ENOTSUP as duos_resolve;
 *     DUOS_ELIMIT when DUOS_LOOKUPS_MAX are under way, those included that
 *     were given up while the system works on them; DUOS_ENOMEM.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err duos_lookup_start(duos_lookup *lookup,
                                                 const char *address,
                                                 duos_family family,
                                                 int64_t timeout_ms);

/*
 * Begins to look for the name of an address: on_done gets the address, and
 * duos_lookup_name has the name.
 *
 * addr: as for duos_reverse; copied.
 * timeout_ms: as for duos_lookup_start.
 *
 * Returns: DUOS_OK when on_done will come; DUOS_EINVAL for a NULL or a lookup
 *     without duos_lookup_init; DUOS_EAFNOSUPPORT for another family than
 *     IPv4 and IPv6; DUOS_EBUSY, DUOS_ELIMIT and DUOS_ENOMEM as
 *     duos_lookup_start.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err duos_lookup_start_reverse(duos_lookup *lookup,
                                                         const duos_addr *addr,
                                                         int64_t timeout_ms);

/*
 * Begins to look for the port of a service: on_done gets one address, of
 * DUOS_UNSPEC, with the port.
 *
 * service, type: as for duos_resolve_service; copied.
 * timeout_ms: as for duos_lookup_start.
 *
 * Returns: DUOS_OK when on_done will come; DUOS_EINVAL for a NULL, another
 *     type or a lookup without duos_lookup_init; DUOS_ESYNTAX and
 *     DUOS_ENAMETOOLONG as duos_resolve_service; DUOS_EBUSY, DUOS_ELIMIT and
 *     DUOS_ENOMEM as duos_lookup_start.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err duos_lookup_start_service(duos_lookup *lookup,
                                                         const char *service,
                                                         duos_type type,
                                                         int64_t timeout_ms);

/*
 * The name that duos_lookup_start_reverse has found; for on_done only.
 *
 * Returns: the name, until on_done returns or starts the lookup again; NULL
 *     when it failed, and for lookups of another kind.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API const char *duos_lookup_name(const duos_lookup *lookup);

/*
 * Gives up: on_done does not come. One that is not started is no error.
 *
 * lookup: NULL is ignored.
 *
 * Blocking: never, however long the system still works on it.
 * Thread: the loop's.
 */
DUOS_API void duos_lookup_stop(duos_lookup *lookup);

/*
 * Whether a lookup is started.
 *
 * Returns: true or false; false for NULL.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API bool duos_lookup_active(const duos_lookup *lookup);

#ifdef __cplusplus
}
#endif

#endif
