/* SPDX-License-Identifier: MIT */
/*
 * cmd_serve.c - duosock serve: many clients, one thread.
 */
#include "args.h"
#include "cli.h"
#include "os.h"
#include "say.h"
#include "serve.h"
#include "setup.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The smallest limit of a client's queue that leaves room to work. */
enum {
    QUEUE_LEAST = 1024
};

#define FIELD(name) offsetof(serve_options, name)

static const arg_option options_table[] = {
    {"mode", ARG_CHOICE, "echo|discard", "echo",
     "send back what comes, or drop it", FIELD(mode)},
    {"max-clients", ARG_COUNT, "N", "10000", "clients at a time",
     FIELD(max_clients)},
    {"idle-timeout", ARG_TIME, "DUR", "5m",
     "close a client that moves no byte for so long", FIELD(idle_ms)},
    {"first-byte-timeout", ARG_TIME, "DUR", "30s",
     "close a client that never sends a byte", FIELD(first_byte_ms)},
    {"max-queue", ARG_SIZE, "BYTES", "1M", "output that may wait per client",
     FIELD(max_queue)},
    {"drain", ARG_TIME, "DUR", "10s", "how long a stop waits for its clients",
     FIELD(drain_ms)},
    {"exit-after-idle", ARG_TIME, "DUR", "0",
     "stop when nobody was connected for so long", FIELD(exit_after_idle_ms)},
    {"ready-file", ARG_TEXT, "PATH", NULL,
     "write the bound addresses there, one a line", FIELD(ready_file)},
    {"reuse", ARG_CHOICE, "safe|shared", "safe",
     "shared: several servers on one port", FIELD(reuse)},
    {"v6only", ARG_FLAG, NULL, NULL, "no IPv4 on an IPv6 address",
     FIELD(v6only)},
    {"poller", ARG_POLLER, "NAME", "auto",
     "how to wait: duosock --version lists them", FIELD(poller)},
    {NULL, ARG_FLAG, NULL, NULL, NULL, 0}};

static const arg_command serve_command = {
    "serve",
    "[ADDRESS...] [options]",
    "serve many clients in one thread",
    "  duosock serve                         echo on " CLI_ADDRESS "\n"
    "  duosock serve 127.0.0.1:0 [::1]:0     two ports of the system's choice\n"
    "  duosock serve :9000 --max-clients 50  all interfaces\n",
    "\nSizes are written 64, 64K or 1M, durations 500ms, 30s, 5m or 1h. The"
    " first\nCtrl-C or SIGTERM stops gracefully, the second at once.\n",
    options_table,
    INT32_MAX};

/* ---- server ----------------------------------------------------------- */

static void on_error(duos_server *server, duos_err err, void *user)
{
    (void)server;
    (void)user;
    say_failure("accept", "a client", err);
}

static void on_drained(duos_server *server, void *user)
{
    serve *s = user;

    (void)server;
    duos_loop_stop(s->loop);
}

/* Both ends of a serve begin here: a request to stop, and idleness. */
static void drain(serve *s)
{
    int32_t limit_ms = s->options->drain_ms;

    duos_timer_stop(&s->idle);
    say_detail("stopping, clients left: %" PRIu32, s->open);
    (void)duos_server_drain(s->server, limit_ms > 0 ? limit_ms : -1);
}

static void on_idle(duos_timer *timer, void *user)
{
    (void)timer;
    drain(user);
}

static void on_quit(duos_quit *quit, uint32_t count, duos_quit_kind kind,
                    void *user)
{
    (void)quit;
    (void)count;
    (void)kind;
    drain(user);
}

/* The marks below the limit: what one receive brings always fits. */
static size_t fit_queue(duos_conn_limits *limits, size_t max)
{
    size_t buffer = 64 * 1024;

    limits->queue_max = max;
    if (max == 0) {
        return buffer;
    }
    if (limits->queue_high > max / 2) {
        limits->queue_high = max / 2;
    }
    if (limits->queue_low > max / 8) {
        limits->queue_low = max / 8;
    }
    return buffer < max / 2 ? buffer : max / 2;
}

static duos_err create_server(serve *s)
{
    const serve_options *o = s->options;
    duos_server_config config;

    duos_server_config_init(&config);
    serve_handler((serve_mode)o->mode, &config.handler);
    config.user = s;
    config.max_clients = o->max_clients;
    config.limits.idle_ms = o->idle_ms;
    config.limits.first_byte_ms = o->first_byte_ms;
    (void)fit_queue(&config.limits, o->max_queue);
    config.on_error = on_error;
    config.on_drained = on_drained;
    return duos_server_create(s->loop, &config, &s->server);
}

static bool is_every_interface(const duos_addr *addr)
{
    static const duos_addr none;

    if (addr->family == DUOS_UNIX) {
        return false;
    }
    return addr->family == DUOS_IPV4
               ? memcmp(addr->ip.v4, none.ip.v4, sizeof none.ip.v4) == 0
               : memcmp(addr->ip.v6, none.ip.v6, sizeof none.ip.v6) == 0;
}

static int listen_on(serve *s, const char *address, char *bound_text)
{
    duos_listen_options options;
    duos_addr bound;
    duos_err err;

    duos_listen_options_init(&options);
    options.reuse = (duos_reuse)s->options->reuse;
    options.v6only = s->options->v6only;
    err = duos_server_listen(s->server, address, &options, &bound);
    if (err == DUOS_OK) {
        err = duos_addr_format(&bound, bound_text, DUOS_ADDR_TEXT_MAX);
    }
    if (err != DUOS_OK) {
        say_failure("listen", address, err);
        if (err == DUOS_EADDRINUSE) {
            say("hint: another program listens there; take another port, or "
                "port 0 for a free one");
        }
        return CLI_UNBOUND;
    }
    say("listening on %s (%s, %s)", bound_text,
        bound.family == DUOS_UNIX ? "unix" : "tcp", setup_poller_name(s->loop));
    if (is_every_interface(&bound)) {
        say("note: everybody who can reach this machine can connect");
    }
    return CLI_DONE;
}

static int write_ready_file(const serve *s, const char *lines)
{
    const char *path = s->options->ready_file;
    int error;

    if (path == NULL) {
        return CLI_DONE;
    }
    error = os_replace_file(path, lines, strlen(lines));
    if (error != 0) {
        say_os_failure("write", path, error);
        return CLI_FAILED;
    }
    return CLI_DONE;
}

/* Listens on all addresses, or fails as a whole; then the world may know. */
static int listen_all(serve *s, const arg_list *list)
{
    static char standard[] = CLI_ADDRESS;
    char *only[] = {standard};
    char **address = list->count > 0 ? list->address : only;
    int count = list->count > 0 ? list->count : 1;
    char *lines = malloc((size_t)count * DUOS_ADDR_TEXT_MAX + 1);
    char *end = lines;
    int exit_code = CLI_DONE;
    int i;

    if (lines == NULL) {
        say_failure("listen", address[0], DUOS_ENOMEM);
        return CLI_FAILED;
    }
    for (i = 0; i < count && exit_code == CLI_DONE; i++) {
        exit_code = listen_on(s, address[i], end);
        end += exit_code == CLI_DONE ? strlen(end) : 0;
        *end++ = '\n';
    }
    *end = '\0';
    if (exit_code == CLI_DONE) {
        exit_code = write_ready_file(s, lines);
    }
    free(lines);
    return exit_code;
}

static void say_totals(const serve *s)
{
    duos_server_stats stats = {0};

    stats.size = sizeof stats;
    if (duos_server_get_stats(s->server, &stats) == DUOS_OK) {
        say_detail("%" PRIu64 " clients, %" PRIu32 " at a time, %" PRIu64
                   " turned away, %" PRIu64 " B in, %" PRIu64 " B out",
                   stats.accepted, stats.clients_peak, stats.refused_limit,
                   stats.bytes_received, stats.bytes_sent);
    }
}

static int run(serve *s, const arg_list *list)
{
    duos_err err = create_server(s);
    int exit_code;

    if (err == DUOS_OK) {
        err = duos_timer_init(&s->idle, s->loop, on_idle, s);
    }
    if (err != DUOS_OK) {
        say_failure("start", "server", err);
        return CLI_FAILED;
    }
    exit_code = setup_quit(&s->quit, s->loop, on_quit, s);
    if (exit_code == CLI_DONE) {
        exit_code = listen_all(s, list);
    }
    if (exit_code != CLI_DONE) {
        return exit_code;
    }
    serve_start_idle(s);
    err = duos_loop_run(s->loop);
    if (err != DUOS_OK) {
        say_failure("wait", "for clients", err);
        return CLI_FAILED;
    }
    say_totals(s);
    return CLI_DONE;
}

static bool check(const serve_options *o, const arg_list *list)
{
    int i;

    for (i = 0; i < list->count; i++) {
        if (!setup_check_address(list->address[i])) {
            return false;
        }
    }
    if (o->max_queue != 0 && o->max_queue < QUEUE_LEAST) {
        say("--max-queue: at least 1K, or 0 for no limit");
        return false;
    }
    return true;
}

int cmd_serve(int argc, char **argv)
{
    serve_options options = {0};
    duos_conn_limits limits = {0};
    arg_list list;
    serve s = {0};
    size_t descriptors;
    int exit_code;

    if (!args_parse(&serve_command, argc, argv, &options, &list)) {
        return list.exit_code;
    }
    if (!check(&options, &list)) {
        return CLI_USAGE;
    }
    descriptors = os_raise_descriptor_limit();
    if (descriptors != 0) {
        say_detail("at most %zu descriptors", descriptors);
    }
    s.options = &options;
    exit_code = setup_loop(options.poller,
                           fit_queue(&limits, options.max_queue), &s.loop);
    if (exit_code == CLI_DONE) {
        exit_code = run(&s, &list);
        duos_quit_stop(&s.quit);
        duos_server_destroy(s.server);
        (void)duos_loop_destroy(s.loop);
    }
    return exit_code;
}
