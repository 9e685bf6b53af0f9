/* SPDX-License-Identifier: MIT */
/*
 * cmd_bench.c - duosock bench: how many messages a server echoes, and how long
 * it takes for each.
 */
#include "args.h"
#include "bench.h"
#include "cli.h"
#include "os.h"
#include "report.h"
#include "say.h"

#include <stdio.h>

enum {
    CLIENTS_MAX = 100000,
    SIZE_MAX_BYTES = 16 << 20,
    PIPELINE_MAX = 1000,
    UNDER_WAY_MAX = 1 << 30, /* bytes of all messages that wait for echoes */
    SPARE_DESCRIPTORS = 32   /* what is open besides sockets */
};

#define FIELD(name) offsetof(bench_options, name)

static const arg_option options_table[] = {
    {"clients", ARG_COUNT, "N", "50", "connections that send", FIELD(clients)},
    {"size", ARG_SIZE, "BYTES", "64", "of a message", FIELD(size)},
    {"pipeline", ARG_COUNT, "N", "1",
     "messages of a client that wait for echoes", FIELD(pipeline)},
    {"duration", ARG_TIME, "DUR", "10s", "how long they send",
     FIELD(duration_ms)},
    {"idle", ARG_COUNT, "N", "0", "more connections, which only stay open",
     FIELD(idle)},
    ARGS_END};

static const arg_command bench_command = {
    "bench",
    "[ADDRESS] [options]",
    "measure a server that echoes",
    "  duosock bench                              the server at " CLI_ADDRESS
    "\n"
    "  duosock bench [::1]:7 --clients 1          one client, one message at a "
    "time\n"
    "  duosock bench --size 64K --pipeline 4      throughput of longer "
    "messages\n"
    "  duosock bench --idle 10000 --duration 1m   among many who say "
    "nothing\n",
    "\nThe server is duosock serve, or any other that sends back what it gets."
    "\nEvery byte that comes back is checked. A message's time is from its"
    " send to\nthe last byte of its echo; p99 is the time that 99 % of them do"
    " not exceed,\nknown to within 1 %. Connecting is not measured. A duration"
    " of 0 has no end;\nthe first Ctrl-C ends the measurement and prints what"
    " it has found.\n"
    "\nA client sends the next message when an echo is back. So a server that"
    " stands\nstill for a second delays one message of each client, not all"
    " those that users\nwould have sent meanwhile who do not wait for one"
    " another: the percentiles are\nthose of a load that slows down with its"
    " server (coordinated omission), and\nthe higher ones flatter it. Compare"
    " them between servers under the same load;\ndo not promise them to"
    " users.\n"
    "\nWith --json the event bench goes to the standard output. Sizes are"
    " written\n64, 64K or 1M, durations 500ms, 30s, 5m or 1h.\n",
    options_table,
    client_rows,
    1};

static bool check(const bench_options *o)
{
    uint64_t under_way = (uint64_t)o->clients * o->pipeline * o->size;

    if (!args_in_range("clients", o->clients, 1, CLIENTS_MAX) ||
        !args_in_range("idle", o->idle, 0, CLIENTS_MAX) ||
        !args_in_range("size", o->size, 1, SIZE_MAX_BYTES) ||
        !args_in_range("pipeline", o->pipeline, 1, PIPELINE_MAX)) {
        return false;
    }
    if (under_way > UNDER_WAY_MAX) {
        say("--clients, --pipeline and --size: their product is at most 1G");
        return false;
    }
    return true;
}

/* Better now than after the first thousand. */
static bool raise_limit(const bench_options *o)
{
    size_t most = os_raise_descriptor_limit();
    uint64_t needed = (uint64_t)o->clients + o->idle + SPARE_DESCRIPTORS;
    char text[96];

    if (most != 0 && needed > most) {
        snprintf(text, sizeof text,
                 "bench: too many clients: this process may have %zu "
                 "descriptors",
                 most);
        report_problem(text, DUOS_EMFILE);
        say("hint: ulimit -n shows the limit; fewer --clients or --idle fit");
        return false;
    }
    return true;
}

int cmd_bench(int argc, char **argv)
{
    static bench_figures figures; /* too big for a stack */
    bench_options options = {0};
    const char *poller = "";
    const char *address;
    arg_list list;
    int exit_code;

    if (!args_parse(&bench_command, argc, argv, &options, &list)) {
        return list.exit_code;
    }
    if (!check(&options)) {
        return CLI_USAGE;
    }
    if (!raise_limit(&options)) {
        return CLI_FAILED;
    }
    address = list.count > 0 ? list.address[0] : CLI_ADDRESS;
    exit_code = bench_run(&options, address, &figures, &poller);
    if (exit_code == CLI_DONE &&
        !bench_report(&options, address, &figures, poller)) {
        exit_code = CLI_FAILED;
    }
    return exit_code;
}
