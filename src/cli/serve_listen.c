/* SPDX-License-Identifier: MIT */
/*
 * serve_listen.c - where duosock serve listens, and whom it tells.
 */
#include "cli.h"
#include "escape.h"
#include "os.h"
#include "report.h"
#include "say.h"
#include "serve.h"
#include "setup.h"
#include "trace.h"
#include "values.h"

#include <duosock/listen.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int serve_check_ready(serve *s)
{
    const char *text = s->options->ready_fd;
    char safe[128];
    uint32_t number = 0;
    duos_err err;

    s->ready_fd = -1;
    if (text == NULL) {
        return service_take(&s->manager);
    }
    if (!os_has_inherited()) {
        say("--ready-fd: not on this system; use --ready-file PATH");
        return CLI_USAGE;
    }
    if (value_count(text, &number) != NULL || number <= OS_STDERR ||
        number > INT_MAX) {
        escape_line(safe, sizeof safe, text);
        say("--ready-fd: '%s' is not a descriptor; write its number, 3 or more",
            safe);
        return CLI_USAGE;
    }
    err = os_inherited_check((int)number);
    if (err != DUOS_OK) {
        report_failure("write --ready-fd", text, err);
        return CLI_USAGE;
    }
    s->ready_fd = (int)number;
    return service_take(&s->manager);
}

static duos_err listen_on(serve *s, const char *address,
                          duos_addr bound[DUOS_LISTENER_MAX], size_t *count)
{
    duos_listen_options options;
    duos_listener listener;
    duos_err err;

    duos_listen_options_init(&options);
    options.reuse = (duos_reuse)s->options->reuse;
    options.v6only = s->options->v6only;
    err = duos_listener_open(address, &options, &listener);
    if (err != DUOS_OK) {
        return err;
    }
    *count = listener.count;
    memcpy(bound, listener.bound, sizeof listener.bound);
    err = duos_server_adopt_listener(s->server, &listener);
    if (err != DUOS_OK) {
        duos_listener_close(&listener);
    }
    return err;
}

/* Tells an address that is bound, and adds it to the lines. */
static char *tell_bound(const serve *s, const duos_addr *bound, char *end)
{
    char text[DUOS_ADDR_TEXT_MAX];

    setup_tell_bound(bound, s->loop);
    if (duos_addr_format(bound, text, sizeof text) != DUOS_OK) {
        return end; /* every address has a text */
    }
    return end + sprintf(end, "%s\n", text);
}

/* Tells where it listens; end: where the lines of all go on. */
static int tell_all(const serve *s, const char *asked, const duos_addr *bound,
                    size_t count, char **end)
{
    char safe[ESCAPE_GROWTH * DUOS_ADDR_TEXT_MAX];
    size_t i;

    for (i = 0; i < count; i++) {
        if (serve_is_self(s, asked, &bound[i])) {
            escape_line(safe, sizeof safe, s->options->mode);
            say("--mode %s: that is this server itself", safe);
            return CLI_USAGE;
        }
        *end = tell_bound(s, &bound[i], *end);
    }
    return CLI_DONE;
}

/* Listens on what was open when we began; its name is for the log. */
static int listen_inherited(serve *s, duos_inherited_socket *entry, char **end)
{
    char safe[ESCAPE_GROWTH * DUOS_INHERITED_NAME_MAX + 1];
    const char *name = entry->name[0] != '\0' ? entry->name : "no name";
    duos_addr bound;
    duos_err err = entry->type == DUOS_STREAM ? DUOS_OK : DUOS_ENOTSUP;

    if (err == DUOS_OK) {
        err = duos_local_addr(entry->sock, &bound);
    }
    if (err == DUOS_OK) {
        err = duos_server_adopt(s->server, entry->sock);
    }
    if (err != DUOS_OK) {
        report_failure("listen", "on an inherited socket", err);
        return CLI_UNBOUND;
    }
    entry->sock = duos_socket_from_os(-1); /* the server's now */
    escape_line(safe, sizeof safe, name);
    say_detail("inherited socket: %s", safe);
    return tell_all(s, NULL, &bound, 1, end);
}

/* Listens on what an address means. end: where the lines of all go on. */
static int listen_at(serve *s, const char *address, char **end)
{
    duos_addr bound[DUOS_LISTENER_MAX];
    size_t count = 0;
    duos_err err = serve_is_udp(address) ? serve_udp_listen(s, address, end)
                                         : listen_on(s, address, bound, &count);

    if (err != DUOS_OK) {
        report_failure("listen", address, err);
        if (err == DUOS_EADDRINUSE) {
            say("hint: another program listens there; take another port, or "
                "port 0 for a free one");
        } else {
            (void)setup_hint_zone(address, err);
        }
        return CLI_UNBOUND;
    }
    return tell_all(s, address, bound, count, end);
}

/* A reader of the file never sees a part of it. */
static duos_err replace_file(const char *path, const char *text)
{
    os_aside *aside;
    duos_err err = os_aside_open(path, &aside);

    if (err != DUOS_OK) {
        return err;
    }
    err = os_aside_write(aside, text, strlen(text));
    if (err != DUOS_OK) {
        os_aside_drop(aside);
        return err;
    }
    return os_aside_keep(aside);
}

/* Says that it is ready where that was wished for. */
static int tell_ready(const serve *s, const char *lines)
{
    const char *path = s->options->ready_file;
    duos_err err = DUOS_OK;

    if (path != NULL) {
        err = replace_file(path, lines);
    }
    if (err != DUOS_OK) {
        report_failure("write", path, err);
        return CLI_FAILED;
    }
    if (s->ready_fd >= 0) {
        err = os_inherited_write(s->ready_fd, lines, strlen(lines));
    }
    if (err != DUOS_OK) {
        report_failure("write --ready-fd", s->options->ready_fd, err);
        return CLI_FAILED;
    }
    err = service_tell(&s->manager, "READY=1");
    if (err != DUOS_OK) {
        report_failure("tell", "NOTIFY_SOCKET", err);
        return CLI_FAILED;
    }
    return CLI_DONE;
}

static int listen_everywhere(serve *s, char *const *address, int count,
                             char **end)
{
    service *manager = &s->manager;
    int exit_code = CLI_DONE;
    size_t at;
    int i;

    for (at = 0; at < manager->count && exit_code == CLI_DONE; at++) {
        exit_code = listen_inherited(s, &manager->inherited[at], end);
    }
    for (i = 0; i < count && exit_code == CLI_DONE; i++) {
        exit_code = listen_at(s, address[i], end);
    }
    return exit_code;
}

int serve_listen(serve *s, const arg_list *list)
{
    static char standard[] = CLI_ADDRESS;
    char *only[] = {standard};
    bool is_told = list->count > 0 || s->manager.count > 0;
    char **address = is_told ? list->address : only;
    int count = is_told ? list->count : 1;
    char *lines =
        malloc((s->manager.count + (size_t)count * DUOS_LISTENER_MAX) *
                   (DUOS_ADDR_TEXT_MAX + 5) +
               1);
    char *end = lines;
    int exit_code;

    if (lines == NULL) {
        report_failure("listen", "everywhere", DUOS_ENOMEM);
        return CLI_FAILED;
    }
    exit_code = listen_everywhere(s, address, count, &end);
    *end = '\0';
    if (exit_code == CLI_DONE) {
        exit_code = tell_ready(s, lines);
    }
    free(lines);
    return exit_code;
}
