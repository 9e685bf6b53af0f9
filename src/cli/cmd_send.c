/* SPDX-License-Identifier: MIT */
/*
 * cmd_send.c - duosock send: a file to whoever listens, duosock recv or nc.
 *
 * The file takes the place of the standard input, so it is read as that is:
 * off the loop, a block at a time, and no faster than the peer takes it. The
 * end of the stream is the end of the file; so one that is cut short, for
 * whatever reason, must end in a reset.
 */
#include "args.h"
#include "cli.h"
#include "dialogue.h"
#include "os.h"
#include "report.h"
#include "setup.h"
#include "trace.h"
#include "transfer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct send_options {
    client_options client; /* first */
    int32_t idle_ms;
} send_options;

typedef struct session {
    dialogue dialogue;
    const char *address;
    transfer transfer;
    uint64_t total;
    uint64_t answered; /* bytes that came from the peer */
    bool whole;        /* all of the file was handed over */
    bool told;         /* why it fails has been said */
} session;

#define FIELD(name) offsetof(send_options, name)

static const arg_option options_table[] = {
    {"idle", ARG_TIME, "DUR", "5m", "give up when no byte moves for so long",
     FIELD(idle_ms)},
    ARGS_END};

static const arg_command send_command = {
    "send",
    "FILE [ADDRESS] [options]",
    "send a file to duosock recv, or to nc",
    "  duosock send photo.jpg                   to " CLI_ADDRESS "\n"
    "  duosock send photo.jpg 192.0.2.7:7700    somewhere else\n"
    "  tar c . | duosock send - 192.0.2.7:7700  the standard input\n",
    "\nThe bytes of the file are all that is sent, and the end of the stream is"
    "\nthe end of the file, so nc -l can receive it. The checksum at the end is"
    "\nthat of sha256sum; compare it with the receiver's. A transfer that fails"
    "\nor is stopped ends in a reset (which a unix socket does not have).\n",
    options_table,
    client_rows,
    2};

/* ---- what the dialogue tells --------------------------------------------- */

static void on_open(duos_conn *conn, void *user)
{
    session *s = user;

    transfer_begin(&s->transfer, duos_conn_loop(conn), s->total);
    if (!dialogue_start_input(&s->dialogue)) {
        s->told = true;
        dialogue_break(&s->dialogue);
    }
}

static void on_input(duos_input *input, const void *data, size_t len,
                     void *user)
{
    session *s = user;
    duos_err err = dialogue_send(&s->dialogue, data, len);

    if (err == DUOS_OK) {
        transfer_add(&s->transfer, data, len);
    } else if (err == DUOS_ESTATE) {
        duos_input_stop(input); /* it has ended; on_end will come */
    } else {
        duos_conn_abort(duos_client_conn(s->dialogue.client), err);
    }
}

static void on_input_end(bool good, void *user)
{
    session *s = user;

    s->whole = good;
    if (!good) {
        s->told = true;
        dialogue_break(&s->dialogue);
    }
}

/* Nobody is expected to answer. */
static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    session *s = user;

    (void)conn;
    (void)data;
    s->answered += len;
}

/* Who says nothing may still listen. */
static void on_eof(void *user)
{
    (void)user;
}

static void on_quit(void *user)
{
    session *s = user;

    if (!s->whole) {
        transfer_stop(&s->transfer);
        report_problem("stopped; the file was not sent as a whole",
                       DUOS_ECANCELED);
        s->told = true;
    }
    dialogue_break(&s->dialogue);
}

static int fail(session *s, duos_err reason)
{
    transfer_stop(&s->transfer);
    if (!s->told) {
        report_failure("send", s->address, reason);
    }
    return setup_exit_code(reason);
}

static bool note_answer(uint64_t bytes)
{
    char text[64];

    snprintf(text, sizeof text, "%" PRIu64 " B came back and were dropped",
             bytes);
    return report_note(text);
}

static int on_end(duos_err reason, void *user)
{
    session *s = user;

    if (!s->whole || reason != DUOS_EEOF) {
        return fail(s, reason);
    }
    if (!transfer_end(&s->transfer, "sent")) {
        return CLI_FAILED;
    }
    if (s->answered > 0 && !note_answer(s->answered)) {
        return CLI_FAILED;
    }
    return CLI_DONE;
}

/* ---- command ------------------------------------------------------------- */

static int open_file(session *s, const char *path)
{
    duos_err err = strcmp(path, "-") == 0 ? DUOS_OK : os_open_input(path);

    if (err != DUOS_OK) {
        report_failure("open", path, err);
        return CLI_FAILED;
    }
    if (!os_input_size(&s->total)) {
        s->total = TRANSFER_UNKNOWN;
    }
    return CLI_DONE;
}

static int run(session *s, const send_options *options)
{
    dialogue_config config = {0};

    config.address = s->address;
    config.client = &options->client;
    config.idle_ms = options->idle_ms;
    config.on_open = on_open;
    config.on_data = on_data;
    config.on_input = on_input;
    config.on_input_end = on_input_end;
    config.on_eof = on_eof;
    config.on_quit = on_quit;
    config.on_end = on_end;
    config.exit_stopped = CLI_FAILED;
    config.user = s;
    return dialogue_run(&s->dialogue, &config);
}

int cmd_send(int argc, char **argv)
{
    send_options options = {0};
    session s = {0};
    arg_list list;
    int exit_code;

    if (!args_parse(&send_command, argc, argv, &options, &list)) {
        return list.exit_code;
    }
    if (list.count == 0) {
        say("FILE is missing: duosock send FILE [ADDRESS]");
        return CLI_USAGE;
    }
    s.address = list.count > 1 ? list.address[1] : CLI_ADDRESS;
    exit_code = open_file(&s, list.address[0]);
    return exit_code == CLI_DONE ? run(&s, &options) : exit_code;
}
