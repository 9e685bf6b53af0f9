/* SPDX-License-Identifier: MIT */
/*
 * serve.h - what the files of duosock serve share: its options, its state,
 * and the modes that deal with a client's bytes.
 */
#ifndef CLI_SERVE_H
#define CLI_SERVE_H

#include "args.h"
#include "chat_room.h"
#include "report.h"
#include "service.h"
#include "stats.h"

#include <duosock/datagram.h>
#include <duosock/quit.h>
#include <duosock/server.h>

typedef struct serve serve;
typedef struct serve_client serve_client;

/*
 * A mode. Members may be NULL where nothing is to be done.
 *
 * start: before the server is made, which it may tell more limits. Returns
 *     CLI_DONE, or what to exit with after the reason has been said.
 * stop: the server begins to drain. end: after all connections are gone.
 * count: adds what only the mode counts, between the two.
 * enter: a client came; an error ends it. leave: it has gone, also when it
 *     could not enter.
 * on_data, on_eof, on_drain: of a client's connection; user is the
 *     serve_client.
 */
typedef struct serve_mode {
    const char *name; /* what ends in "=" is followed by an address */
    int (*start)(serve *s, duos_server_config *config);
    void (*stop)(serve *s);
    void (*end)(serve *s);
    void (*count)(const serve *s, report_counts *counts);
    duos_err (*enter)(serve_client *c);
    void (*leave)(serve_client *c, duos_err reason);
    void (*on_data)(duos_conn *conn, const void *data, size_t len, void *user);
    void (*on_eof)(duos_conn *conn, void *user);
    void (*on_drain)(duos_conn *conn, void *user);
} serve_mode;

typedef struct serve_options {
    const char *mode;
    duos_poller_backend poller;
    const char *ready_file;
    const char *ready_fd; /* its number, as it was given */
    int32_t stats_ms;
    uint32_t max_clients;
    uint32_t max_per_address;
    arg_texts allow; /* as they were given */
    arg_texts deny;
    arg_texts proxy;
    int32_t idle_ms;
    int32_t first_byte_ms;
    size_t max_queue;
    size_t max_line;
    int32_t line_ms;
    int32_t drain_ms;
    int reuse; /* a duos_reuse */
    bool v6only;
    bool allow_udp_echo;
    int32_t exit_after_idle_ms;
    uint32_t workers; /* 1: the acceptor serves */
} serve_options;

enum {
    SERVE_ACCESS_MAX = ARG_LIST_MAX
};

/* What --allow, --deny or --proxy-protocol lists. */
typedef struct serve_access {
    duos_cidr prefixes[SERVE_ACCESS_MAX];
    size_t count;
} serve_access;

/* What a connection's user pointer means after on_open. */
struct serve_client {
    serve *serve;
    duos_conn *conn;
    uint64_t number;
    uint64_t opened_ms;
    void *state; /* the mode's, from enter to leave */
};

struct serve {
    serve_client nobody; /* first: what connections begin with, for those that
                            end before on_open; all zero */
    const serve_options *options;
    const serve_mode *mode;
    const char *mode_address; /* what follows the mode's name */
    serve_access allow;
    serve_access deny;
    serve_access proxy;
    duos_loop *loop;
    duos_server *server;
    duos_datagram *udp; /* NULL without an address of datagrams */
    uint64_t udp_seen;  /* datagrams, when idleness was looked at last */
    duos_quit quit;
    duos_timer idle;  /* runs while nobody is connected */
    uint64_t counted; /* clients since the start; see serve_next_number */
    uint32_t open;    /* clients now */
    uint32_t busy;    /* what a mode has left to do for those who have gone */
    int ready_fd;     /* -1: none */
    bool serving;     /* it has listened */
    bool drained;     /* on_drained came */
    bool hurried;     /* the system ends us soon; set before the drain */
    bool is_worker;   /* see serve_workers.h */
    service manager;  /* the one that started us */
    struct serve_workers *workers; /* of an acceptor, otherwise NULL */
    stats_teller stats;
    void *state; /* the mode's, from start to end */
};

/*
 * Reads what an option was given: prefixes, parted by commas. False: what is
 * wrong with them has been said.
 */
bool serve_read_access(const char *option, const arg_texts *texts,
                       serve_access *list);

/* The modes that others speak of, or that have files of their own. */
extern const serve_mode serve_echo;
extern const serve_mode serve_chat;
extern const serve_mode serve_chargen;
extern const serve_mode serve_daytime;
extern const serve_mode serve_time;
extern const serve_mode serve_relay;

/* How --help lists the modes. */
#define SERVE_MODES "echo|discard|chat|chargen|daytime|time|relay=ADDRESS"

/* Takes the mode that --mode names; returns false after saying it is none. */
bool serve_choose_mode(serve *s);

/* What connections report to; their user is the serve at first. */
void serve_handler(const serve *s, duos_conn_handler *handler);

/* Sends; what does not fit where there must be room ends the connection. */
void serve_send(duos_conn *conn, const void *data, size_t len);

/* One thing less to do for those who have gone. */
void serve_less_busy(serve *s);

/* Serves, from the loop to the last client. Returns the exit code. */
int serve_run(serve *s, const arg_list *list);

/*
 * Makes the loop and the server. Returns CLI_DONE, or what to exit with after
 * the reason has been said; serve_close is due in any case.
 */
int serve_open(serve *s);
void serve_close(serve *s);

/* Lets the clients finish, for --drain at most; then the loop stops. */
void serve_drain(serve *s);

/* Begins to count the time without a client, if it has a limit. */
void serve_start_idle(serve *s);

/*
 * Checks --ready-fd, before anything is opened, and what a service manager
 * has said. As the next two it returns
 * CLI_DONE, or what to exit with after the reason has been said.
 */
int serve_check_ready(serve *s);

/* Listens on all addresses and inherited sockets, or fails as a whole; then
 * the world may know. */
int serve_listen(serve *s, const arg_list *list);

/* Whether a relay would connect to what it listens on itself. asked: the
 * address that was to be bound; NULL for what was inherited. */
bool serve_is_self(const serve *s, const char *asked, const duos_addr *bound);

/* Tells the counters every --stats, and when SIGUSR1 comes. */
int serve_start_stats(serve *s);

/* Tells the counters now. */
void serve_tell_stats(serve *s, say_level level);

/* The same with what workers have counted before. */
void serve_report_stats(const serve *s, say_level level);

/*
 * Whether an address may be served with these options; why not has been said
 * then.
 */
bool serve_check_address(const serve_options *o, const char *address);

/* Whether an address is one of datagrams. */
bool serve_is_udp(const char *address);

/*
 * Receives datagrams on what an address means, tells where, and appends lines
 * of up to DUOS_ADDR_TEXT_MAX + 4 bytes each.
 */
duos_err serve_udp_listen(serve *s, const char *address, char **end);

/* Whether datagrams have come since it was asked last. */
bool serve_udp_has_news(serve *s);

/* The part of serve_tell_stats that is about datagrams. */
void serve_udp_tell_stats(const serve *s, say_level level);

#endif
