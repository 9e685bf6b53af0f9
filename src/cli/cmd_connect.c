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
#include "attempt.h"
#include "cli.h"
#include "os.h"
#include "output.h"
#include "report.h"
#include "say.h"
#include "setup.h"

#include <duosock/client.h>
#include <duosock/input.h>

typedef struct connect_options {
    int32_t timeout_ms;
    int32_t idle_ms;
    bool raw;
    duos_poller_backend poller;
} connect_options;

typedef struct session {
    const connect_options *options;
    const char *address;
    duos_loop *loop;
    duos_client *client;
    duos_quit quit;
    duos_input input;
    output out;
    size_t queue_high;
    uint64_t opened_ms;
    bool open;   /* on_open came */
    bool typed;  /* the standard input is a terminal */
    bool broken; /* a standard stream failed; it has been said */
    int exit_code;
} session;

#define FIELD(name) offsetof(connect_options, name)

static const arg_option options_table[] = {
    {"timeout", ARG_TIME, "DUR", "10s", "how long to try to connect",
     FIELD(timeout_ms)},
    {"idle", ARG_TIME, "DUR", "0", "give up when no byte moves for so long",
     FIELD(idle_ms)},
    {"raw", ARG_FLAG, NULL, NULL, "pass bytes untouched to a terminal, too",
     FIELD(raw)},
    {"poller", ARG_POLLER, "NAME", "auto",
     "how to wait: duosock --version lists them", FIELD(poller)},
    {NULL, ARG_FLAG, NULL, NULL, NULL, 0}};

static const arg_command connect_command = {
    "connect",
    "[ADDRESS] [options]",
    "standard input to a socket, socket to standard output",
    "  duosock connect                          type to the server "
    "at " CLI_ADDRESS "\n"
    "  duosock connect 192.0.2.7:80 <request    send a file, print the answer\n"
    "  duosock connect [::1]:9000 --timeout 2s  give up sooner\n",
    "\nThe end of the input half-closes the connection. What comes is passed on"
    "\nuntouched, but to a terminal control characters go as \\xNN. With"
    " --json the\nevents open, data, close and error go to the standard output,"
    " what comes as\nthe text of data. Durations are written 500ms, 30s, 5m or"
    " 1h.\n",
    options_table,
    1};

/* ---- from the standard input to the socket ----------------------------- */

static void on_input(duos_input *input, const void *data, size_t len,
                     void *user)
{
    session *s = user;
    duos_conn *conn = duos_client_conn(s->client);
    duos_err err = duos_conn_send(conn, data, len);

    if (err == DUOS_ESTATE) {
        duos_input_stop(input); /* the peer has ended; on_close will come */
    } else if (err != DUOS_OK) {
        duos_conn_abort(conn, err);
    } else if (duos_conn_queued(conn) > s->queue_high) {
        (void)duos_input_pause(input);
    }
}

static void on_input_end(duos_input *input, duos_err reason, void *user)
{
    session *s = user;

    (void)input;
    /* A terminal that was hung up has ended, whatever it says. */
    if (reason != DUOS_EEOF && !(s->typed && reason == DUOS_EIO)) {
        report_failure("read", "standard input", reason);
        s->broken = true;
    }
    (void)duos_conn_shutdown(duos_client_conn(s->client));
}

static void on_drain(duos_conn *conn, void *user)
{
    session *s = user;

    (void)conn;
    (void)duos_input_resume(&s->input);
}

/* ---- from the socket to the standard output ---------------------------- */

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    session *s = user;

    if (!s->broken && !output_write(&s->out, data, len)) {
        s->broken = true;
        duos_conn_abort(conn, DUOS_ECANCELED);
    }
}

/* ---- the connection ---------------------------------------------------- */

static void on_open(duos_conn *conn, void *user)
{
    session *s = user;
    duos_err err;

    s->open = true;
    s->opened_ms = duos_loop_now_ms(s->loop);
    s->broken = !report_open(SAY_VERBOSE, 0, conn, false);
    err = duos_input_start(&s->input);
    if (err != DUOS_OK) {
        report_failure("read", "standard input", err);
        s->broken = true;
    }
    if (s->broken) {
        duos_conn_abort(conn, DUOS_ECANCELED);
    }
}

static int transfer_ended(const session *s, duos_err reason)
{
    switch (reason) {
    case DUOS_EEOF:
    case DUOS_ECANCELED:
        return s->broken ? CLI_FAILED : CLI_DONE;
    case DUOS_EIDLE:
    case DUOS_ETIMEDOUT:
        report_failure("transfer", s->address, reason);
        return CLI_TIMEDOUT;
    default:
        report_failure("transfer", s->address, reason);
        return CLI_FAILED;
    }
}

static void on_close(duos_conn *conn, duos_err reason, void *user)
{
    session *s = user;

    duos_input_stop(&s->input);
    if (!s->open) {
        s->exit_code = attempt_failed(s->address, reason);
    } else {
        if (!s->broken && !output_end(&s->out)) {
            s->broken = true;
        }
        if (!report_close(SAY_VERBOSE, 0, conn, s->opened_ms, reason)) {
            s->broken = true;
        }
        s->exit_code = transfer_ended(s, reason);
    }
    duos_loop_stop(s->loop);
}

/* What was read from the standard input still goes out. */
static void on_quit(duos_quit *quit, uint32_t count, duos_quit_kind kind,
                    void *user)
{
    session *s = user;

    (void)quit;
    (void)count;
    (void)kind;
    duos_conn_close(duos_client_conn(s->client));
}

/* ---- command ----------------------------------------------------------- */

static duos_err create_client(session *s)
{
    duos_client_config config;

    duos_client_config_init(&config);
    config.handler.on_open = on_open;
    config.handler.on_data = on_data;
    config.handler.on_drain = on_drain;
    config.handler.on_close = on_close;
    config.user = s;
    config.connect_ms = s->options->timeout_ms;
    config.limits.idle_ms = s->options->idle_ms;
    /* A peer may stop reading because our own output stands still. */
    config.limits.stall_ms = 0;
    s->queue_high = config.limits.queue_high;
    return duos_client_create(s->loop, &config, &s->client);
}

static int run(session *s)
{
    duos_err err = create_client(s);
    int exit_code;

    if (err == DUOS_OK) {
        err = duos_input_init(&s->input, s->loop, on_input, on_input_end, s);
    }
    if (err != DUOS_OK) {
        report_failure("start", "client", err);
        return CLI_FAILED;
    }
    exit_code = setup_quit(&s->quit, s->loop, on_quit, s);
    if (exit_code != CLI_DONE) {
        return exit_code;
    }
    err = duos_client_connect(s->client, s->address);
    if (err != DUOS_OK) {
        return attempt_refused(s->address, err);
    }
    err = duos_loop_run(s->loop);
    if (err != DUOS_OK) {
        report_failure("wait", "for events", err);
        return CLI_FAILED;
    }
    return s->exit_code;
}

static output_form form_of(const connect_options *options)
{
    if (report_is_json()) {
        return OUTPUT_JSON;
    }
    return options->raw ? OUTPUT_RAW : OUTPUT_AUTO;
}

int cmd_connect(int argc, char **argv)
{
    connect_options options = {0};
    arg_list list;
    session s = {0};
    int exit_code;

    if (!args_parse(&connect_command, argc, argv, &options, &list)) {
        return list.exit_code;
    }
    if (options.raw && report_is_json()) {
        say("--raw and --json exclude each other");
        say("try: duosock connect --help");
        return CLI_USAGE;
    }
    s.options = &options;
    s.typed = os_is_terminal(OS_STDIN);
    s.address = list.count > 0 ? list.address[0] : CLI_ADDRESS;
    output_init(&s.out, form_of(&options));
    exit_code = setup_loop(options.poller, 0, &s.loop);
    if (exit_code == CLI_DONE) {
        exit_code = run(&s);
        duos_input_stop(&s.input);
        duos_quit_stop(&s.quit);
        duos_client_destroy(s.client);
        (void)duos_loop_destroy(s.loop);
    }
    return exit_code;
}
