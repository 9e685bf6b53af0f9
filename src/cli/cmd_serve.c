/* SPDX-License-Identifier: MIT */
/*
 * cmd_serve.c - duosock serve: many clients, one thread. Its options, and
 * where what it says goes.
 */
#include "args.h"
#include "cli.h"
#include "escape.h"
#include "log.h"
#include "os.h"
#include "report.h"
#include "say.h"
#include "serve.h"
#include "serve_workers.h"
#include "setup.h"

enum {
    QUEUE_LEAST = 1024, /* leaves room to work */
    LINE_MOST = 16 << 20,
    BESIDES_LINE = 256 /* who says it, and what the room says */
};

/* How long the end waits for readers of what was said. */
enum {
    LAST_WORDS_MS = 1000
};

#define FIELD(name) offsetof(serve_options, name)

static const arg_option options_table[] = {
    {"mode", ARG_TEXT, SERVE_MODES, "echo", "what to do with clients",
     FIELD(mode)},
    {"max-clients", ARG_COUNT, "N", "10000", "clients at a time",
     FIELD(max_clients)},
    {"max-clients-per-address", ARG_COUNT, "N", "1000",
     "of one address; an IPv6 /64 is one", FIELD(max_per_address)},
    {"allow", ARG_LIST, "CIDR[,...]", NULL, "let only these addresses in",
     FIELD(allow)},
    {"deny", ARG_LIST, "CIDR[,...]", NULL, "let these addresses not in",
     FIELD(deny)},
    {"proxy-protocol", ARG_LIST, "CIDR[,...]", NULL,
     "these are proxies, whose PROXY header names the client", FIELD(proxy)},
    {"idle-timeout", ARG_TIME, "DUR", "5m",
     "close a client that moves no byte for so long", FIELD(idle_ms)},
    {"first-byte-timeout", ARG_TIME, "DUR", "30s",
     "close a client that never sends a byte", FIELD(first_byte_ms)},
    {"max-queue", ARG_SIZE, "BYTES", "1M", "output that may wait per client",
     FIELD(max_queue)},
    {"max-line", ARG_SIZE, "BYTES", "1024", "the longest line of a chat",
     FIELD(max_line)},
    {"line-timeout", ARG_TIME, "DUR", "30s",
     "how long a line of a chat may take, and a nick", FIELD(line_ms)},
    {"drain", ARG_TIME, "DUR", "10s", "how long a stop waits for its clients",
     FIELD(drain_ms)},
    {"exit-after-idle", ARG_TIME, "DUR", "0",
     "stop when nobody was connected for so long", FIELD(exit_after_idle_ms)},
    {"ready-file", ARG_TEXT, "PATH", NULL,
     "write the bound addresses there, one a line", FIELD(ready_file)},
    {"ready-fd", ARG_TEXT, "N", NULL,
     "the same to an inherited descriptor, then close it", FIELD(ready_fd)},
    {"stats", ARG_TIME, "DUR", "0", "tell the counters every so often",
     FIELD(stats_ms)},
    {"workers", ARG_COUNT, "N", "1",
     "threads that serve, up to 64; a chat has one", FIELD(workers)},
    {"reuse", ARG_CHOICE, "safe|shared", "safe",
     "shared: several servers on one port", FIELD(reuse)},
    {"v6only", ARG_FLAG, NULL, NULL, "no IPv4 on an IPv6 address",
     FIELD(v6only)},
    {"allow-udp-echo", ARG_FLAG, NULL, NULL,
     "send datagrams back, too, to udp: addresses", FIELD(allow_udp_echo)},
    ARGS_POLLER(FIELD(poller)),
    ARGS_END};

static const arg_command serve_command = {
    "serve",
    "[ADDRESS...] [options]",
    "serve many clients in one thread, or a few",
    "  duosock serve                         echo on " CLI_ADDRESS "\n"
    "  duosock serve 127.0.0.1:0 [::1]:0     two ports of the system's choice\n"
    "  duosock serve :9000 --max-clients 50  all interfaces\n"
    "  duosock serve --mode chat             for duosock chat, nc or telnet\n"
    "  duosock serve --mode relay=db:5432    pass each client on\n",
    "\nModes: echo sends back what comes, discard drops it, chat is a room "
    "for\n"
    "lines, chargen sends lines without end, daytime says the time (UTC) and\n"
    "time the seconds since 1900 in 4 bytes, which begin anew at 0 in "
    "February\n"
    "2036; both then close. relay connects each client to ADDRESS, where "
    "names\n"
    "are looked up, and passes on bytes, ends and resets in both directions; "
    "a\n"
    "client is reset if that fails. A relay that is told to stop lets its\n"
    "clients finish until --drain. --first-byte-timeout is not for chargen.\n"
    "\nBehind a proxy, --deny and --max-clients-per-address go by the address "
    "of\nthe client, once the header has told it; with --workers that limit "
    "holds\nfor each worker. --allow goes by that of the proxy. --allow, "
    "--deny and\n"
    "--proxy-protocol may be given several times; 64 prefixes are the most.\n"
    "\nSizes are written 64, 64K or 1M, durations 500ms, 30s, 5m or 1h.\n"
    "The first Ctrl-C or SIGTERM stops gracefully, the second at once;\n"
    "SIGUSR1 (POSIX) tells the counters. --ready-fd is for POSIX, too, and so\n"
    "are service managers: it serves the sockets of LISTEN_FDS, besides\n"
    "ADDRESS where one is given, and tells NOTIFY_SOCKET READY=1 and\n"
    "STOPPING=1; see docs/systemd.\n"
    "udp:127.0.0.1:7701 is an address of datagrams. An echo there needs\n"
    "--allow-udp-echo: it answers each datagram once, with no more than it "
    "got,\n"
    "200 a second to one network, and never to its own port or, since those "
    "are\n"
    "of services, to ports below 10000.\n"
    "With --json the events listening, open, close, stats, note and error\n"
    "go to the standard output. A reader of either stream who stalls stops\n"
    "nobody: lines that find no room are dropped, and their number is told.\n",
    options_table,
    NULL,
    INT32_MAX};

/* A member whose queue has no room for a line would be dropped for it. */
static bool check_line(const serve *s)
{
    const serve_options *o = s->options;
    size_t most;

    if (!args_in_range("max-line", o->max_line, 0, LINE_MOST)) {
        return false;
    }
    if (s->mode != &serve_chat || o->max_queue == 0) {
        return true;
    }
    most = (o->max_queue - BESIDES_LINE) / ESCAPE_GROWTH;
    if (o->max_line == 0 || o->max_line > most) {
        say("--max-line: 1 to %zu, so that a line fits --max-queue even if "
            "each byte is escaped",
            most);
        return false;
    }
    return true;
}

static bool check_workers(const serve *s)
{
    const serve_options *o = s->options;

    if (!args_in_range("workers", o->workers, 1, SERVE_WORKERS_MAX)) {
        return false;
    }
    if (o->workers > 1 && s->mode == &serve_chat) {
        say("--workers: a chat is one room, which one worker serves");
        return false;
    }
    return true;
}

static bool check(serve *s, const arg_list *list)
{
    const serve_options *o = s->options;
    int i;

    for (i = 0; i < list->count; i++) {
        if (!serve_check_address(o, list->address[i])) {
            return false;
        }
    }
    if (o->max_queue != 0 && o->max_queue < QUEUE_LEAST) {
        say("--max-queue: at least 1K, or 0 for no limit");
        return false;
    }
    return check_line(s) && check_workers(s) &&
           serve_read_access("allow", &o->allow, &s->allow) &&
           serve_read_access("deny", &o->deny, &s->deny) &&
           serve_read_access("proxy-protocol", &o->proxy, &s->proxy);
}

static bool queue_stream(int stream, log_notice *notice)
{
    duos_err err = log_start(stream, notice);

    if (err != DUOS_OK) {
        report_failure("start", "the queue of a stream", err);
    }
    return err == DUOS_OK;
}

/* From now on nothing that is said can hold us up. */
static bool queue_output(void)
{
    if (!queue_stream(OS_STDERR, report_dropped_text) ||
        (report_is_json() && !queue_stream(OS_STDOUT, report_dropped_json))) {
        return false;
    }
    say_set_writer(log_write);
    return true;
}

int cmd_serve(int argc, char **argv)
{
    serve_options options = {0};
    arg_list list;
    serve s = {0};
    int exit_code;

    if (!args_parse(&serve_command, argc, argv, &options, &list)) {
        return list.exit_code;
    }
    s.options = &options;
    if (!serve_choose_mode(&s) || !check(&s, &list)) {
        return CLI_USAGE;
    }
    exit_code = serve_check_ready(&s);
    if (exit_code != CLI_DONE) {
        service_end(&s.manager);
        return exit_code;
    }
    exit_code = queue_output() ? serve_run(&s, &list) : CLI_FAILED;
    service_end(&s.manager);
    /* Why it did not start is said in any case. */
    log_flush(s.serving ? LAST_WORDS_MS : -1);
    say_set_writer(os_write);
    return exit_code == CLI_DONE && log_failed(OS_STDOUT) ? CLI_FAILED
                                                          : exit_code;
}
