/* SPDX-License-Identifier: MIT */
/*
 * dialogue.h - one connection to a server with the standard input beside it:
 * what duosock connect, chat and send have in common. What comes from either
 * side, and what is made of it, is theirs.
 *
 * The first request to stop closes, so what was read still goes out.
 */
#ifndef CLI_DIALOGUE_H
#define CLI_DIALOGUE_H

#include "client_options.h"
#include "stats.h"

#include <duosock/client.h>
#include <duosock/input.h>
#include <duosock/quit.h>

/* What a command wants; user is passed to each function. */
typedef struct dialogue_config {
    const char *address;
    const client_options *client;
    int32_t idle_ms; /* 0: no limit */
    /* The peer's time from on_open until dialogue_start_input; 0: no limit. */
    int32_t answer_ms;
    void (*on_open)(duos_conn *conn, void *user);
    void (*on_data)(duos_conn *conn, const void *data, size_t len, void *user);
    void (*on_input)(duos_input *input, const void *data, size_t len,
                     void *user);
    /* good: our sending ends after this. Otherwise the input failed, which has
     * been said, and the command ends the connection as it likes. */
    void (*on_input_end)(bool good, void *user);
    /* The peer sends no more; NULL: that ends it once our output is out. */
    void (*on_eof)(void *user);
    /* Whether one that stood may be made anew when it ends; NULL: never. */
    bool (*may_begin_again)(void *user);
    /* It will be; on_open follows if it can. unsent: bytes that were not. The
     * input waits until dialogue_start_input. */
    void (*on_lost)(size_t unsent, void *user);
    /* The first request to stop; NULL: what was read goes out, then it ends. */
    void (*on_quit)(void *user);
    /* The end of a connection that was open; returns the exit code. */
    int (*on_end)(duos_err reason, void *user);
    /* The exit code when it is stopped before it is connected. */
    int exit_stopped;
    void *user;
} dialogue_config;

/* The fields are private but for the first three. */
typedef struct dialogue {
    duos_loop *loop;
    duos_client *client;
    duos_input input;
    const dialogue_config *config;
    duos_quit quit;
    duos_addr source;
    duos_timer answer; /* runs until the input begins */
    duos_timer quiet;  /* runs when only the input may go on */
    stats_teller stats;
    size_t queue_high;
    uint64_t opened_ms;
    bool at_terminal; /* the standard input is one */
    bool open;        /* on_open came */
    bool heard;       /* input came since quiet was started */
    bool quitting;    /* it was requested to stop */
    int exit_code;
} dialogue;

/*
 * Runs it all, from the loop to the last word. d: zeroed. Returns the exit
 * code.
 */
int dialogue_run(dialogue *d, const dialogue_config *config);

/* Begins to read the standard input, or goes on; returns false after saying why
 * not. */
bool dialogue_start_input(dialogue *d);

/* Sends; input that comes faster than the peer takes it is put off. */
duos_err dialogue_send(dialogue *d, const void *data, size_t len);

/*
 * The peer sends no more: what the input still brings goes out, until its end
 * or until it is quiet. A person at a terminal has nobody to talk to any more.
 */
void dialogue_drain_input(dialogue *d);

/* Ends the connection at once, because of something that was said. */
void dialogue_break(dialogue *d);

#endif
