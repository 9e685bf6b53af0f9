/* SPDX-License-Identifier: MIT */
/*
 * datagram.h - a server of datagrams on a loop: many questions a turn, with
 * few system calls, and answers that cannot be used against others.
 *
 * The sender of a datagram can be forged. A server that answers can therefore
 * be made to send to somebody who never asked: more than was sent to it
 * (amplification), or to a service that answers in turn, for ever (the loops
 * of CVE-1999-0103 and CVE-2024-2169). So duos_datagram_reply has rules, each
 * on by default, each a field of the configuration and a counter:
 *
 *   one answer, not longer than the question      allow_longer
 *   not to ports of services                      service_ports
 *   not to ourselves, to groups, or to nobody     allow_any_source
 *   so many a second to one network               source_rate, source_burst
 *   so many a second in all                       total_rate, total_burst
 *
 * Two programs that answer each other from two ports that are not known for
 * services look like a client and a server to each other. Such a loop ends
 * with the first answer for which there is no room in source_burst; over a slow
 * network it may last, at the pace of source_rate at most. A higher
 * service_ports prevents it, for clients have high ports as a rule.
 *
 * No memory is requested for a datagram, and the clock is read once a turn.
 */
#ifndef DUOSOCK_DATAGRAM_H
#define DUOSOCK_DATAGRAM_H

#include <duosock/listen.h>
#include <duosock/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A server of datagrams.
 *
 * Life cycle: duos_datagram_create, duos_datagram_listen, the loop runs,
 * duos_datagram_drain or not, duos_datagram_destroy.
 */
typedef struct duos_datagram duos_datagram;

/* What is said of a datagram besides its bytes: the flags of on_data. */
enum {
    DUOS_DATAGRAM_TRUNCATED = 1 << 0 /* its end did not fit and is lost */
};

/* Longest datagram that max_size allows; UDP itself has 65,507 or less. */
#define DUOS_DATAGRAM_MAX 65535u

/*
 * How a server of datagrams works. Set by duos_datagram_config_init.
 *
 * on_data: a datagram has come; NULL drops all. peer may be of DUOS_UNSPEC
 *     when the sender has no address. data is never NULL; len may be 0, which
 *     is a datagram like any other; flags: DUOS_DATAGRAM_TRUNCATED or 0. peer
 *     and data are valid until it returns.
 * on_error: a receive failed; NULL for nothing. DUOS_ECONNREFUSED and others
 *     of the network tell a connected socket of an earlier datagram, and it
 *     goes on. When it cannot receive for want of memory or the like, that is
 *     told once, and it tries again after 50 ms, up to 1 s. A socket that is
 *     none any more is closed.
 * max_size: bytes of the longest datagram that is received whole, or sent;
 *     1..DUOS_DATAGRAM_MAX (2,048). What is longer is cut, and its flags say
 *     so.
 * batch: datagrams that are received or sent at a time, 1..1,024 (32). There
 *     are 2 * batch buffers of max_size and about 300 bytes.
 * per_turn: datagrams that are taken from a socket before others have their
 *     turn (256).
 *     0 in one of these three means the default: there is always a limit.
 *
 * allow_longer: answers may be longer than the question, and many (false).
 * service_ports: ports below this one are taken for services (1024), and so
 *     are those above that are known for answering whatever comes, as 1900 and
 *     11211; 0 means that any port is answered. Systems give their clients
 *     ports from 10000, 32768 or 49152 on; a router may give others.
 * allow_any_source: answers to a port that this server has itself, on
 *     whatever host; to what is no address of one host (0.0.0.0/8, 224.0.0.0/3,
 *     ::, ff00::/8), or port 0; and of questions that were sent to a group
 *     or to all (false).
 * source_rate, source_burst: answers a second to all addresses that have
 *     their first bits in common (200), and how many may come at once (400).
 *     A rate of 0 means no limit, a burst of 0 as many as the rate.
 * source_ipv4_bits, source_ipv6_bits: how many bits that is, 0..32 (24) and
 *     0..128 (64).
 * sources: entries of the table in which these are counted, 8 bytes each,
 *     1..1,048,576 (4,096; 0 means that as well). A secret chooses the entry;
 *     networks that meet in one share its rate, so that whoever forges many
 *     senders wins no answers by it.
 * total_rate, total_burst: the same for all answers together (10,000 and
 *     20,000).
 *     Senders on unix sockets cannot be forged: of these rules they have the
 *     first, the last, and that nobody answers himself.
 */
typedef struct duos_datagram_config {
    size_t size;
    void (*on_data)(duos_datagram *datagram, const duos_addr *peer,
                    const void *data, size_t len, unsigned flags, void *user);
    void (*on_error)(duos_datagram *datagram, duos_err err, void *user);
    void *user;
    size_t max_size;
    uint32_t batch;
    uint32_t per_turn;
    bool allow_longer;
    bool allow_any_source;
    uint16_t service_ports;
    uint8_t source_ipv4_bits;
    uint8_t source_ipv6_bits;
    uint32_t source_rate;
    uint32_t source_burst;
    uint32_t sources;
    uint32_t total_rate;
    uint32_t total_burst;
} duos_datagram_config;

/* What a server of datagrams has counted since it was made. */
typedef struct duos_datagram_stats {
    size_t size;
    uint64_t received;        /* datagrams */
    uint64_t bytes_received;  /* without what was cut */
    uint64_t truncated;       /* of those received */
    uint64_t answered;        /* answers that the system took */
    uint64_t sent;            /* by duos_datagram_send */
    uint64_t bytes_sent;      /* of both */
    uint64_t refused_longer;  /* a second answer, or one that is too long */
    uint64_t refused_service; /* to the port of a service */
    uint64_t refused_source;  /* to ourselves, to no host, of a group's */
    uint64_t refused_rate;    /* too many to one network */
    uint64_t refused_total;   /* too many in all */
    uint64_t dropped;         /* the system had no room to send it */
    uint64_t send_errors;     /* could not be sent for another reason */
    uint64_t recv_errors;
    uint64_t pauses; /* times that receiving had to wait after an error */
} duos_datagram_stats;

/*
 * Fills in the defaults.
 *
 * config: NULL is ignored.
 * size: sizeof(duos_datagram_config), which the macro of this name adds.
 *
 * Blocking: never.
 * Thread: any.
 */
DUOS_API void duos_datagram_config_init(duos_datagram_config *config,
                                        size_t size);
#define duos_datagram_config_init(config)                                      \
    (duos_datagram_config_init)(config, sizeof(duos_datagram_config))

/*
 * Makes a server of datagrams on a loop. It listens nowhere yet.
 *
 * config: copied; NULL means the defaults, which drop what comes.
 * out: receives the server.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL, or a config of an unknown size;
 *     DUOS_ERANGE for a field outside its range; DUOS_ENOMEM; what the system
 *     says when it has no random bytes.
 * Ownership: the caller destroys it before the loop.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err duos_datagram_create(
    duos_loop *loop, const duos_datagram_config *config, duos_datagram **out);

/*
 * Receives at an address, with as many sockets as it asks for.
 *
 * address, options: as for duos_listener_open; it begins with "udp:",
 *     "udp4:" or "udp6:".
 * bound: receives the first bound address with its port; NULL when not
 *     wanted. To learn all of them, call duos_listener_open and
 *     duos_datagram_adopt_listener.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ESTATE after
 *     duos_datagram_drain; DUOS_ENOTSUP for an address of streams;
 *     DUOS_ESYNTAX; DUOS_EADDRINUSE; DUOS_ENOMEM; others as
 *     duos_listener_open and duos_poller_add.
 * Ownership: the server closes the sockets.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err
duos_datagram_listen(duos_datagram *datagram, const char *address,
                     const duos_listen_options *options, duos_addr *bound);

/*
 * Adds what duos_listener_open has made.
 *
 * listener: it has no sockets afterwards.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL, a listener without sockets, or one
 *     of streams; DUOS_ESTATE after duos_datagram_drain; DUOS_ENOMEM; the
 *     system's code.
 * Ownership: on success the server closes the sockets; otherwise the listener
 *     is unchanged.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err
duos_datagram_adopt_listener(duos_datagram *datagram, duos_listener *listener);

/*
 * Receives from a socket that was made elsewhere: for options of one's own,
 * groups, or what a service manager has opened.
 *
 * s: a datagram socket that is bound; it becomes non-blocking, and
 *     DUOS_OPT_RECV_ERROR is turned off.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL, or a socket that is a stream or not
 *     bound; DUOS_ESTATE after duos_datagram_drain; DUOS_EBADF; DUOS_ENOMEM;
 *     the system's code.
 * Ownership: on success the server closes s; otherwise it stays the caller's.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err duos_datagram_adopt(duos_datagram *datagram,
                                                   duos_socket s);

/*
 * Answers the datagram that on_data is called for, from the address that it
 * was sent to. Answers are sent together when on_data has had its datagrams;
 * what the system has no room for then is dropped and counted.
 *
 * data: len bytes, copied; NULL if len is 0.
 *
 * Returns: DUOS_OK when it is to be sent; DUOS_EINVAL for NULL; DUOS_ESTATE
 *     outside of on_data, or after duos_datagram_destroy; DUOS_EMSGSIZE for
 *     more than max_size bytes; DUOS_ELIMIT when a rule forbids it (the
 *     counters tell which): there is nothing to be done about it.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err duos_datagram_reply(duos_datagram *datagram,
                                                   const void *data,
                                                   size_t len);

/*
 * Sends a datagram at once, to whomever; the rules are for answers alone. Do
 * not answer with it.
 *
 * to: its family chooses the socket: the one that on_data is called for, or
 *     one that fits. To IPv4 it goes through one for IPv6 when there is no
 *     other.
 * data: len bytes; NULL if len is 0.
 *
 * Returns: DUOS_OK when the system took it; DUOS_EINVAL for NULL;
 *     DUOS_EMSGSIZE for more than max_size bytes; DUOS_EAFNOSUPPORT when there
 *     is no socket of that family; DUOS_EWOULDBLOCK when there is no room: it
 *     was dropped, and counted; others as duos_sendto.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err duos_datagram_send(duos_datagram *datagram,
                                                  const duos_addr *to,
                                                  const void *data, size_t len);

/*
 * Ends gracefully: takes what has arrived (per_turn of each socket), sends
 * the answers, and closes the sockets. In a callback that happens at the end
 * of the turn; elsewhere within this call, which may then call on_data.
 *
 * datagram: NULL is ignored; so is a second call.
 *
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API void duos_datagram_drain(duos_datagram *datagram);

/*
 * Ends a server of datagrams at once: answers that were given are sent, then
 * the sockets are closed. No callback comes after this. A callback of its own
 * may call it as well.
 *
 * datagram: NULL is ignored.
 *
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API void duos_datagram_destroy(duos_datagram *datagram);

/*
 * What the server has counted.
 *
 * stats: its size must be set; as many fields as fit are filled in.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL or an unknown size.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API duos_err duos_datagram_get_stats(const duos_datagram *datagram,
                                          duos_datagram_stats *stats);

#ifdef __cplusplus
}
#endif

#endif
