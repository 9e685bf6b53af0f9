/* SPDX-License-Identifier: MIT */
/*
 * serve.h - what the files of duosock serve share: its options, its state,
 * and the modes that deal with a client's bytes.
 */
#ifndef CLI_SERVE_H
#define CLI_SERVE_H

#include "args.h"
#include "chat_room.h"
#include "say.h"

#include <duosock/datagram.h>
#include <duosock/quit.h>
#include <duosock/server.h>

typedef enum serve_mode {
    SERVE_ECHO,
    SERVE_DISCARD,
    SERVE_CHAT
} serve_mode;

typedef struct serve_options {
    int mode; /* a serve_mode */
    duos_poller_backend poller;
    const char *ready_file;
    const char *ready_fd; /* its number, as it was given */
    int32_t stats_ms;
    uint32_t max_clients;
    uint32_t max_per_address;
    const char *allow; /* as they were given */
    const char *deny;
    int32_t idle_ms;
    int32_t first_byte_ms;
    size_t max_queue;
    size_t max_line;
    int32_t drain_ms;
    int reuse; /* a duos_reuse */
    bool v6only;
    bool allow_udp_echo;
    int32_t exit_after_idle_ms;
} serve_options;

enum {
    SERVE_ACCESS_MAX = 64
};

/* What --allow or --deny lists. */
typedef struct serve_access {
    duos_cidr prefixes[SERVE_ACCESS_MAX];
    size_t count;
} serve_access;

typedef struct serve {
    const serve_options *options;
    serve_access allow;
    serve_access deny;
    duos_loop *loop;
    duos_server *server;
    duos_datagram *udp; /* NULL without an address of datagrams */
    uint64_t udp_seen;  /* datagrams, when idleness was looked at last */
    duos_quit quit;
    duos_timer idle;  /* runs while nobody is connected */
    uint64_t counted; /* clients since the start; numbers them */
    uint32_t open;    /* clients now */
    int ready_fd;     /* -1: none */
    bool serving;     /* it has listened */
    duos_timer stats;
    duos_watch usr1;
    chat_room *room; /* in mode chat, otherwise NULL */
} serve;

/* What a connection's user pointer means after on_open. */
typedef struct serve_client {
    serve *serve;
    uint64_t number;
    uint64_t opened_ms;
    chat_member *member; /* in mode chat */
} serve_client;

/*
 * Reads a list of prefixes, parted by commas; NULL is none. False: what is
 * wrong with it has been said.
 */
bool serve_read_access(const char *option, const char *text,
                       serve_access *list);

/* What connections of a mode report to; their user is the serve. */
void serve_handler(serve_mode mode, duos_conn_handler *handler);

/* The same for a mode with a file of its own, besides on_open and on_close. */
void serve_chat_handler(duos_conn_handler *handler);

/* Begins to count the time without a client, if it has a limit. */
void serve_start_idle(serve *s);

/*
 * Checks --ready-fd, before anything is opened. As the next two it returns
 * CLI_DONE, or what to exit with after the reason has been said.
 */
int serve_check_ready(serve *s);

/* Listens on all addresses, or fails as a whole; then the world may know. */
int serve_listen(serve *s, const arg_list *list);

/* Tells the counters every --stats, and when SIGUSR1 comes. */
int serve_start_stats(serve *s);
void serve_stop_stats(serve *s);

/* Tells the counters now. */
void serve_tell_stats(serve *s, say_level level);

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
