/* SPDX-License-Identifier: MIT */
/*
 * cmd_connect.c - duosock connect: the standard input to a socket, the socket
 * to the standard output.
 *
 * The end of the input ends only our sending; what the peer still sends is
 * printed until it ends, too. A terminal that takes its time slows the peer
 * down, a peer that takes its time slows down whoever feeds us.
 */
#include "args.h"
#include "cli.h"
#include "dialogue.h"
#include "output.h"
#include "report.h"
#include "say.h"
#include "setup.h"
#include "trace.h"

typedef struct connect_options {
    client_options client; /* first */
    int32_t idle_ms;
    bool raw;
    bool hexdump;
} connect_options;

typedef struct session {
    dialogue dialogue;
    const char *address;
    output out;
    bool broken; /* a standard stream failed; it has been said */
} session;

#define FIELD(name) offsetof(connect_options, name)

static const arg_option options_table[] = {
    {"idle", ARG_TIME, "DUR", "0", "give up when no byte moves for so long",
     FIELD(idle_ms)},
    {"raw", ARG_FLAG, NULL, NULL, "pass bytes untouched to a terminal, too",
     FIELD(raw)},
    {"hexdump", ARG_FLAG, NULL, NULL,
     "print what comes as offset, hexadecimal digits and text", FIELD(hexdump)},
    ARGS_END};

static const arg_command connect_command = {
    "connect",
    "[ADDRESS] [options]",
    "standard input to a socket, socket to standard output",
    "  duosock connect                          type to the server "
    "at " CLI_ADDRESS "\n"
    "  duosock connect 192.0.2.7:80 <request    send a file, print the answer\n"
    "  duosock connect [::1]:9000 --timeout 2s  give up sooner\n",
    "\nThe end of the input half-closes the connection. The end of what comes"
    "\nends it when the input has ended or, since a pipe may stay open, brought"
    "\nnothing for a second; a terminal's is not waited for. What comes is"
    " passed on\nuntouched, but to a terminal control characters go as \\xNN. "
    "With"
    " --json the\nevents open, data, close and error go to the standard output,"
    " what comes as\nthe text of data. Durations are written 500ms, 30s, 5m or"
    " 1h.\n",
    options_table,
    client_rows,
    1};

/* ---- from the standard input to the socket ----------------------------- */

static void on_input(duos_input *input, const void *data, size_t len,
                     void *user)
{
    session *s = user;
    duos_err err = dialogue_send(&s->dialogue, data, len);

    if (err == DUOS_ESTATE) {
        duos_input_stop(input); /* the peer has ended; on_end will come */
    } else if (err != DUOS_OK) {
        duos_conn_abort(duos_client_conn(s->dialogue.client), err);
    }
}

/* A request that was cut must not look whole. */
static void on_input_end(bool good, void *user)
{
    session *s = user;

    if (!good) {
        s->broken = true;
        dialogue_break(&s->dialogue);
    }
}

/* ---- from the socket to the standard output ---------------------------- */

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    session *s = user;

    (void)conn;
    if (!s->broken && !output_write(&s->out, data, len)) {
        s->broken = true;
        dialogue_break(&s->dialogue);
    }
}

/* Who sends no more may still listen. */
static void on_eof(void *user)
{
    session *s = user;

    dialogue_drain_input(&s->dialogue);
}

/* ---- the connection ---------------------------------------------------- */

static void on_open(duos_conn *conn, void *user)
{
    session *s = user;

    (void)conn;
    if (!dialogue_start_input(&s->dialogue)) {
        s->broken = true;
        dialogue_break(&s->dialogue);
    }
}

static int on_end(duos_err reason, void *user)
{
    session *s = user;

    if (!s->broken && !output_end(&s->out)) {
        s->broken = true;
    }
    if (reason == DUOS_EEOF || reason == DUOS_ECANCELED) {
        return s->broken ? CLI_FAILED : CLI_DONE;
    }
    report_failure("transfer", s->address, reason);
    return setup_exit_code(reason);
}

/* ---- command ----------------------------------------------------------- */

static output_form form_of(const connect_options *options)
{
    if (report_is_json()) {
        return OUTPUT_JSON;
    }
    if (options->hexdump) {
        return OUTPUT_HEX;
    }
    return options->raw ? OUTPUT_RAW : OUTPUT_AUTO;
}

static bool check_form(const connect_options *options)
{
    const char *first = options->raw ? "raw" : "hexdump";
    const char *second = report_is_json() ? "json" : "hexdump";

    if (options->raw + options->hexdump + report_is_json() > 1) {
        say("--%s and --%s exclude each other", first, second);
        return false;
    }
    return true;
}

int cmd_connect(int argc, char **argv)
{
    connect_options options = {0};
    dialogue_config config = {0};
    arg_list list;
    session s = {0};

    if (!args_parse(&connect_command, argc, argv, &options, &list)) {
        return list.exit_code;
    }
    if (!check_form(&options)) {
        return CLI_USAGE;
    }
    s.address = list.count > 0 ? list.address[0] : CLI_ADDRESS;
    output_init(&s.out, form_of(&options));
    config.address = s.address;
    config.client = &options.client;
    config.idle_ms = options.idle_ms;
    config.on_open = on_open;
    config.on_data = on_data;
    config.on_eof = on_eof;
    config.on_input = on_input;
    config.on_input_end = on_input_end;
    config.on_end = on_end;
    config.user = &s;
    return dialogue_run(&s.dialogue, &config);
}
