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
#include "service.h"

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
    int32_t exit_after_idle_ms;
    uint32_t workers; /* 1: the acceptor serves */
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
    duos_quit quit;
    duos_timer idle;               /* runs while nobody is connected */
    uint64_t counted;              /* clients since the start; numbers them */
    uint32_t open;                 /* clients now */
    int ready_fd;                  /* -1: none */
    service manager;               /* the one that started us */
    bool is_worker;                /* see serve_workers.h */
    struct serve_workers *workers; /* of an acceptor, otherwise NULL */
    bool serving;                  /* it has listened */
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

/* Tells the counters every --stats, and when SIGUSR1 comes. */
int serve_start_stats(serve *s);
void serve_stop_stats(serve *s);

/* Tells the counters now. */
void serve_tell_stats(serve *s, say_level level);

/* The same with what workers have counted before. */
void serve_report_stats(const serve *s, say_level level);

#endif
