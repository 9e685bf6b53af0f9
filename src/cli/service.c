/* SPDX-License-Identifier: MIT */
/*
 * service.c - the environment that a service manager gives, and the datagrams
 * that it waits for: sd_listen_fds(3), sd_notify(3).
 */
#include "service.h"

#include "cli.h"
#include "os.h"
#include "report.h"
#include "say.h"
#include "trace.h"

#include <duosock/local.h>

#include <stdlib.h>
#include <string.h>

enum {
    INHERITED_MOST = 64,
    TELL_MS = 1000 /* a manager that is busy */
};

/* "/path", or "@name" for an abstract one. */
static duos_err read_notify(char *text, duos_addr *out)
{
    size_t len = strlen(text);

    if (text[0] != '/' && text[0] != '@') {
        return len == 0 ? DUOS_ESYNTAX : DUOS_EAFNOSUPPORT;
    }
    if (text[0] == '@') {
        text[0] = '\0';
    }
    return duos_addr_unix(text, len, out);
}

static int take_notify(service *s)
{
    char *text = NULL;
    duos_err err = os_take_variable("NOTIFY_SOCKET", &text);

    if (err != DUOS_OK) {
        report_failure("read", "NOTIFY_SOCKET", err);
        return CLI_FAILED;
    }
    if (text == NULL) {
        return CLI_DONE;
    }
    err = read_notify(text, &s->notify);
    free(text);
    if (err != DUOS_OK) {
        report_failure("read", "NOTIFY_SOCKET", err);
        say("hint: it is the path of a unix socket, or @ and an abstract name");
        return CLI_USAGE;
    }
    s->told = true;
    return CLI_DONE;
}

static int take_inherited(service *s)
{
    duos_err err;

    s->inherited = calloc(INHERITED_MOST, sizeof *s->inherited);
    err = s->inherited == NULL
              ? DUOS_ENOMEM
              : duos_inherited(true, s->inherited, INHERITED_MOST, &s->count);
    if (err != DUOS_OK) {
        report_failure("take", "inherited sockets (LISTEN_FDS)", err);
        return CLI_UNBOUND;
    }
    return CLI_DONE;
}

int service_take(service *s)
{
    int exit_code;

    if (!os_has_inherited()) {
        return CLI_DONE;
    }
    exit_code = take_inherited(s);
    return exit_code == CLI_DONE ? take_notify(s) : exit_code;
}

/* Connected, so that a wait knows of the receiver's queue. */
static duos_err send_state(duos_socket s, const duos_addr *to,
                           const char *state)
{
    duos_err err = duos_connect(s, to);

    if (err == DUOS_OK) {
        err = duos_sendto(s, state, strlen(state), NULL);
    }
    if (err == DUOS_EWOULDBLOCK) {
        err = duos_wait(s, DUOS_WRITE, TELL_MS, NULL);
        if (err == DUOS_OK) {
            err = duos_sendto(s, state, strlen(state), NULL);
        }
    }
    return err;
}

duos_err service_tell(const service *s, const char *state)
{
    duos_socket socket;
    duos_err err;

    if (!s->told) {
        return DUOS_OK;
    }
    err = duos_open(DUOS_UNIX, DUOS_DGRAM, DUOS_NONBLOCK, &socket);
    if (err == DUOS_OK) {
        err = send_state(socket, &s->notify, state);
        (void)duos_close(&socket);
    }
    return err;
}

void service_end(service *s)
{
    size_t i;

    for (i = 0; i < s->count; i++) {
        if (duos_socket_valid(s->inherited[i].sock)) {
            (void)duos_close(&s->inherited[i].sock);
        }
    }
    s->count = 0;
    free(s->inherited);
    s->inherited = NULL;
}
