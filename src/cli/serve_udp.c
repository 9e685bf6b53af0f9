/* SPDX-License-Identifier: MIT */
/*
 * serve_udp.c - duosock serve on udp: addresses: whether they may be served
 * at all, and what is done with a datagram.
 *
 * The sender of a datagram may be forged, so an echo of it is off unless it
 * is asked for, and stays within the rules of duosock/datagram.h. Modes whose
 * answers are longer than what was asked have no answer that the rules allow.
 */
#include "cli.h"
#include "escape.h"
#include "report.h"
#include "say.h"
#include "serve.h"
#include "setup.h"
#include "trace.h"

#include <stdio.h>
#include <string.h>

/*
 * Two times so many buffers of 64 KiB. Ports that people choose for servers,
 * as 7700, are mostly below those that systems choose for clients; so two of
 * these echoes do not answer each other.
 */
enum {
    BATCH = 16,
    SERVICE_PORTS = 10000
};

/* ---- what may be served ------------------------------------------------ */

bool serve_is_udp(const char *address)
{
    duos_endpoint end;

    return duos_endpoint_parse(address, &end) == DUOS_OK &&
           end.type == DUOS_DGRAM;
}

static bool is_echo(const serve_options *o)
{
    return strcmp(o->mode, "echo") == 0;
}

static bool is_discard(const serve_options *o)
{
    return strcmp(o->mode, "discard") == 0;
}

bool serve_check_address(const serve_options *o, const char *address)
{
    char safe[ESCAPE_GROWTH * DUOS_ADDR_TEXT_MAX];

    if (!serve_is_udp(address)) {
        return setup_check_address(address);
    }
    escape_line(safe, sizeof safe, address);
    if (!is_echo(o) && !is_discard(o)) {
        say("%s: datagrams have --mode echo and --mode discard; the others "
            "need connections, or answer with more than they got",
            safe);
        return false;
    }
    if (is_echo(o) && !o->allow_udp_echo) {
        say("%s: an echo of datagrams needs --allow-udp-echo: their senders "
            "can be forged",
            safe);
        say("hint: use it where only those can send whom you trust; or "
            "--mode discard");
        return false;
    }
    return true;
}

/* ---- datagrams --------------------------------------------------------- */

/* Refusals are counted: those who are refused could fill any log. */
static void on_data(duos_datagram *datagram, const duos_addr *peer,
                    const void *data, size_t len, unsigned flags, void *user)
{
    const serve *s = user;
    duos_err err = DUOS_OK;

    (void)peer;
    (void)flags; /* there is room for the longest one */
    if (is_echo(s->options)) {
        err = duos_datagram_reply(datagram, data, len);
    }
    if (err != DUOS_OK && err != DUOS_ELIMIT) {
        report_failure("answer", "a datagram", err);
    }
}

static void on_error(duos_datagram *datagram, duos_err err, void *user)
{
    (void)datagram;
    (void)user;
    report_failure("receive", "a datagram", err);
}

static duos_err create(serve *s)
{
    duos_datagram_config config;

    if (s->udp != NULL) {
        return DUOS_OK;
    }
    duos_datagram_config_init(&config);
    config.on_data = on_data;
    config.on_error = on_error;
    config.user = s;
    config.max_size = DUOS_DATAGRAM_MAX;
    config.batch = BATCH;
    config.service_ports = SERVICE_PORTS;
    return duos_datagram_create(s->loop, &config, &s->udp);
}

static duos_err open_all(serve *s, const char *address,
                         duos_addr bound[DUOS_LISTENER_MAX], size_t *count)
{
    duos_listen_options options;
    duos_listener listener;
    duos_err err = create(s);

    duos_listen_options_init(&options);
    options.reuse = (duos_reuse)s->options->reuse;
    options.v6only = s->options->v6only;
    if (err == DUOS_OK) {
        err = duos_listener_open(address, &options, &listener);
    }
    if (err != DUOS_OK) {
        return err;
    }
    *count = listener.count;
    memcpy(bound, listener.bound, sizeof listener.bound);
    err = duos_datagram_adopt_listener(s->udp, &listener);
    if (err != DUOS_OK) {
        duos_listener_close(&listener);
    }
    return err;
}

/* Tells where it listens, and writes it as an ADDRESS of the program. */
static char *tell_bound(const serve *s, const duos_addr *bound, char *end)
{
    char text[DUOS_ADDR_TEXT_MAX];

    if (duos_addr_format(bound, text, sizeof text) != DUOS_OK) {
        return end; /* every address has a text */
    }
    report_listening(text, "udp", setup_poller_name(s->loop));
    if (setup_is_everywhere(bound)) {
        (void)report_note("everybody who can reach this machine can send");
    }
    return end + sprintf(end, "udp:%s\n", text);
}

duos_err serve_udp_listen(serve *s, const char *address, char **end)
{
    duos_addr bound[DUOS_LISTENER_MAX];
    size_t count = 0;
    size_t i;
    duos_err err = open_all(s, address, bound, &count);

    for (i = 0; err == DUOS_OK && i < count; i++) {
        *end = tell_bound(s, &bound[i], *end);
    }
    return err;
}

bool serve_udp_has_news(serve *s)
{
    duos_datagram_stats stats = {0};
    uint64_t seen = s->udp_seen;

    stats.size = sizeof stats;
    if (duos_datagram_get_stats(s->udp, &stats) == DUOS_OK) {
        s->udp_seen = stats.received;
    }
    return s->udp_seen != seen;
}

void serve_udp_tell_stats(const serve *s, say_level level)
{
    duos_datagram_stats stats = {0};

    stats.size = sizeof stats;
    if (duos_datagram_get_stats(s->udp, &stats) == DUOS_OK) {
        report_datagram_stats(level, &stats);
    }
}
