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
 * The system's resolver blocks and cannot be interrupted. So it is asked on a
 * thread of its own, and who gives up leaves it alone: a late answer is
 * thrown away. A loop has at most 4 such threads, those that it has left alone
 * included; other lookups wait for one, within their own time. The threads'
 * memory comes from the C library, since it may outlive the loop and its
 * allocator.
 */
#ifndef DUOSOCK_RESOLVE_H
#define DUOSOCK_RESOLVE_H

#include <duosock/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

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
 *     family do not go together; DUOS_ENOTSUP for "unix:";
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
 *     DUOS_EAFNOSUPPORT and DUOS_ENOTSUP as duos_resolve; DUOS_ELIMIT when
 *     DUOS_LOOKUPS_MAX are under way, those included that were given up while
 *     the system works on them; DUOS_ENOMEM.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err duos_lookup_start(duos_lookup *lookup,
                                                 const char *address,
                                                 duos_family family,
                                                 int64_t timeout_ms);

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
