/* SPDX-License-Identifier: MIT */
/*
 * chat_client.c - the talk of duosock chat: lines that are typed, lines that
 * come.
 *
 * The nick goes out first; only when it is accepted is the standard input
 * read, so nothing that is typed is taken for a nick. At the end of the input
 * our sending ends; the server then says what is left and closes.
 */
#include "chat_client.h"

#include "cli.h"
#include "dialogue.h"
#include "escape.h"
#include "output.h"
#include "report.h"
#include "setup.h"
#include "trace.h"

#include <duosock/frame.h>

#include <stdio.h>
#include <string.h>

enum {
    TYPED_MAX = 1024,    /* the longest line that is sent */
    RECEIVED_MAX = 8192, /* the longest that is accepted */
    SAFE_BYTES = 256
};

typedef struct session {
    dialogue dialogue;
    const char *nick;
    const char *address;
    uint32_t retries;
    output out;
    duos_frame_reader typed;
    duos_frame_reader received;
    bool welcome;  /* the nick was accepted */
    bool leaving;  /* nothing more is to be said */
    int exit_code; /* other than 0: why is said */
} session;

/* Ends it with what has been said to be wrong. */
static void give_up(session *s, int exit_code)
{
    s->exit_code = exit_code;
    duos_conn_abort(duos_client_conn(s->dialogue.client),
                    exit_code == CLI_BROKEN ? DUOS_EPROTO : DUOS_ECANCELED);
}

/* ---- from the standard input to the server ----------------------------- */

/* As the room reads commands: a word of its own. */
static bool is_quit(duos_bytes line)
{
    static const char quit[] = "/quit";
    size_t len = sizeof quit - 1;

    return line.len >= len && memcmp(line.data, quit, len) == 0 &&
           (line.len == len || ((const char *)line.data)[len] == ' ');
}

/* Returns false when nothing more can be sent. */
static bool send_line(session *s, duos_bytes line)
{
    char text[TYPED_MAX + 1];
    duos_err err;

    memcpy(text, line.data, line.len);
    text[line.len] = '\n';
    err = dialogue_send(&s->dialogue, text, line.len + 1);
    if (err != DUOS_OK && err != DUOS_ESTATE) {
        report_failure("send", s->address, err);
        give_up(s, CLI_FAILED);
    }
    return err == DUOS_OK; /* otherwise on_end is on its way */
}

/* The same for a line that was typed. One that comes while the connection
 * ends is not kept: who wrote it may want to think about it again. */
static bool take_line(session *s, duos_bytes line)
{
    bool sent;

    s->leaving = s->leaving || is_quit(line);
    sent = send_line(s, line);
    if (!sent && s->retries > 0 && !s->leaving && s->exit_code == CLI_DONE) {
        say("line not sent: the connection is lost");
        return true;
    }
    return sent;
}

static void on_input(duos_input *input, const void *data, size_t len,
                     void *user)
{
    session *s = user;
    duos_bytes block = {data, len};
    duos_bytes line;
    duos_err err;

    while ((err = duos_frame_next(&s->typed, &block, &line)) !=
           DUOS_EWOULDBLOCK) {
        if (err != DUOS_OK && err != DUOS_ELIMIT) {
            report_failure("read", "standard input", err);
            give_up(s, CLI_FAILED);
            return;
        }
        if (err == DUOS_ELIMIT) {
            say("line not sent: longer than %d bytes", TYPED_MAX);
        } else if (line.len > 0 && !take_line(s, line)) {
            duos_input_stop(input);
            return;
        }
    }
}

/* What was said before the input failed still goes out. */
static void on_input_end(bool good, void *user)
{
    session *s = user;
    duos_bytes line;

    s->leaving = true;
    if (!good) {
        s->exit_code = CLI_FAILED;
        duos_conn_close(duos_client_conn(s->dialogue.client));
        return;
    }
    if (duos_frame_end(&s->typed, &line) == DUOS_ETRUNCATED && line.len > 0) {
        (void)send_line(s, line);
    }
}

/* ---- from the server to the standard output ---------------------------- */

static void print_line(session *s, duos_bytes line)
{
    char text[RECEIVED_MAX + 1];

    memcpy(text, line.data, line.len);
    text[line.len] = '\n';
    if (!output_write(&s->out, text, line.len + 1) || !output_end(&s->out)) {
        give_up(s, CLI_FAILED);
    }
}

static void say_refusal(const session *s, duos_bytes line)
{
    bool is_room = line.len > 1 && memcmp(line.data, "* ", 2) == 0;
    char text[4 * SAFE_BYTES];
    char safe[SAFE_BYTES];
    size_t used;
    size_t len = escape_some(safe, sizeof safe - 1, line.data, line.len,
                             ESCAPE_LINE, &used);

    safe[len] = '\0';
    snprintf(text, sizeof text, "chat %s: %s%s", s->address,
             is_room ? "" : "this is no chat; it answered: ",
             is_room ? safe + 2 : safe);
    report_problem(text, DUOS_EPROTO);
}

/* The first line is the answer to our nick. */
static void take_answer(session *s, duos_bytes line)
{
    static const char welcome[] = "* welcome ";

    if (line.len >= sizeof welcome - 1 &&
        memcmp(line.data, welcome, sizeof welcome - 1) == 0) {
        s->welcome = true;
        if (!dialogue_start_input(&s->dialogue)) {
            give_up(s, CLI_FAILED);
        }
        return;
    }
    say_refusal(s, line);
    give_up(s, CLI_BROKEN);
}

static void take_received(session *s, duos_bytes line)
{
    if (!s->welcome) {
        take_answer(s, line);
    }
    if (s->welcome) {
        print_line(s, line);
    }
}

/* Any member may have sent it, where the room allows more than we do. */
static void take_too_long(session *s)
{
    char text[64];

    if (!s->welcome) {
        report_failure("chat", s->address, DUOS_EPROTO);
        give_up(s, CLI_BROKEN);
        return;
    }
    snprintf(text, sizeof text, "a line longer than %d bytes was skipped",
             RECEIVED_MAX);
    if (!report_note(text)) {
        give_up(s, CLI_FAILED);
    }
}

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    session *s = user;
    duos_bytes block = {data, len};
    duos_bytes line;

    (void)conn;
    while (s->exit_code == CLI_DONE) {
        duos_err err = duos_frame_next(&s->received, &block, &line);

        if (err == DUOS_EWOULDBLOCK) {
            return;
        }
        if (err == DUOS_OK) {
            take_received(s, line);
        } else if (err == DUOS_ELIMIT) {
            take_too_long(s);
        } else {
            report_failure("chat", s->address, err);
            give_up(s, CLI_FAILED);
        }
    }
}

/* ---- the connection ---------------------------------------------------- */

static void on_open(duos_conn *conn, void *user)
{
    session *s = user;
    duos_bytes nick = {s->nick, strlen(s->nick)};

    (void)conn;
    (void)send_line(s, nick);
}

static bool may_begin_again(void *user)
{
    const session *s = user;

    return !s->leaving && s->exit_code == CLI_DONE;
}

/* What was in the middle of a line is a line now. */
static void print_rest(session *s)
{
    duos_bytes line;

    if (duos_frame_end(&s->received, &line) == DUOS_ETRUNCATED && s->welcome) {
        print_line(s, line);
    }
}

static void on_lost(size_t unsent, void *user)
{
    session *s = user;

    if (unsent > 0) {
        say("not sent: the last %zu bytes of what was typed", unsent);
    }
    print_rest(s);
    s->welcome = false;
}

static int on_end(duos_err reason, void *user)
{
    session *s = user;

    if (s->exit_code != CLI_DONE) {
        return s->exit_code;
    }
    print_rest(s);
    if (reason == DUOS_ECANCELED || (reason == DUOS_EEOF && s->welcome)) {
        return s->exit_code;
    }
    report_failure("chat", s->address, reason);
    if (!s->welcome && (reason == DUOS_EEOF || reason == DUOS_ECONNRESET)) {
        say("hint: the nick was not accepted; there may be no room left");
        return CLI_BROKEN;
    }
    return setup_exit_code(reason);
}

/* ---- all of it ----------------------------------------------------------- */

static bool init_lines(duos_frame_reader *lines, size_t max)
{
    duos_frame_config config;

    duos_frame_config_init(&config);
    config.max = max;
    config.skip_long = true;
    return duos_frame_init(lines, &config) == DUOS_OK;
}

int chat_client_run(const chat_options *options, const char *address)
{
    dialogue_config config = {0};
    session s = {0};
    int exit_code;

    s.nick = options->nick;
    s.retries = options->client.retries;
    s.address = address;
    output_init(&s.out, report_is_json() ? OUTPUT_JSON : OUTPUT_AUTO);
    if (!init_lines(&s.typed, TYPED_MAX) ||
        !init_lines(&s.received, RECEIVED_MAX)) {
        return CLI_FAILED;
    }
    config.address = address;
    config.client = &options->client;
    config.idle_ms = options->idle_ms;
    config.answer_ms = options->client.timeout_ms;
    config.may_begin_again = may_begin_again;
    config.on_lost = on_lost;
    config.on_open = on_open;
    config.on_data = on_data;
    config.on_input = on_input;
    config.on_input_end = on_input_end;
    config.on_end = on_end;
    config.user = &s;
    exit_code = dialogue_run(&s.dialogue, &config);
    duos_frame_fini(&s.typed);
    duos_frame_fini(&s.received);
    return exit_code;
}
