/* SPDX-License-Identifier: MIT */
/*
 * load.c - the load generator: starts a server, sends it messages, compares
 * every byte that comes back, ends it, and tells what it measured. README.md
 * has the command line and the meaning of each figure.
 */
#include "load.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/resource.h>

load_options want = {LOAD_ECHO, 1, 0, 64, 1, 1000, 0, 60, false, NULL};

static const char *const mode_names[LOAD_MODES] = {"echo", "stream", "churn",
                                                   "fan", "udp"};

void load_fail(const char *what)
{
    fprintf(stderr, "bench_load: %s: %s\n", what, strerror(errno));
    exit(1);
}

void load_give_up(const char *why)
{
    fprintf(stderr, "bench_load: %s after %" PRIu64 " messages\n", why,
            meter_done());
    exit(1);
}

void *load_memory(size_t count, size_t size)
{
    void *memory = calloc(count, size);

    if (memory == NULL) {
        load_fail("memory");
    }
    return memory;
}

char *load_pattern(size_t len)
{
    char *pattern = (char *)load_memory(len + LOAD_SHIFTS, 1);
    size_t i;

    for (i = 0; i < len + LOAD_SHIFTS; i++) {
        pattern[i] = (char)('a' + i % LOAD_SHIFTS);
    }
    return pattern;
}

/* ---- command line ----------------------------------------------------- */

static void usage(void)
{
    fprintf(stderr,
            "usage: bench_load [-j] [-m echo|stream|churn|fan|udp] [-c conns]\n"
            "                  [-i idle] [-s size] [-d depth] "
            "[-n count | -r seconds]\n"
            "                  [-t patience] [--] server [arguments]\n");
    exit(2);
}

static uint64_t number(const char *text, uint64_t least)
{
    char *end;
    unsigned long long value = strtoull(text, &end, 10);

    if (*text < '0' || *text > '9' || *end != '\0' || value < least ||
        value > 1000000000) {
        usage();
    }
    return value;
}

static uint64_t duration_ns(const char *text)
{
    char *end;
    double seconds = strtod(text, &end);

    if (*end != '\0' || !(seconds >= 0.001 && seconds <= 86400)) {
        usage();
    }
    return (uint64_t)(seconds * 1e9);
}

static load_mode mode_named(const char *name)
{
    int m;

    for (m = 0; m < LOAD_MODES; m++) {
        if (strcmp(name, mode_names[m]) == 0) {
            return (load_mode)m;
        }
    }
    usage();
    return LOAD_ECHO;
}

static void read_option(int option)
{
    switch (option) {
    case 'j':
        want.json = true;
        break;
    case 'm':
        want.mode = mode_named(optarg);
        break;
    case 'c':
        want.connections = (size_t)number(optarg, 1);
        break;
    case 'i':
        want.idle = (size_t)number(optarg, 0);
        break;
    case 's':
        want.size = (size_t)number(optarg, 1);
        break;
    case 'd':
        want.depth = (size_t)number(optarg, 1);
        break;
    case 'n':
        want.count = number(optarg, 1);
        want.time_ns = 0;
        break;
    case 'r':
        want.time_ns = duration_ns(optarg);
        want.count = 0;
        break;
    case 't':
        want.patience_s = (unsigned)number(optarg, 1);
        break;
    default:
        usage();
    }
}

static void read_options(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "+jm:c:i:s:d:n:r:t:")) != -1) {
        read_option(option);
    }
    want.server = argv + optind;
    if (want.server[0] == NULL || want.patience_s > 86400 ||
        (want.idle > 0 && (want.mode == LOAD_FAN || want.mode == LOAD_UDP))) {
        usage();
    }
    if (want.mode == LOAD_CHURN || want.mode == LOAD_FAN) {
        want.depth = 1;
    }
}

/* ---- report ----------------------------------------------------------- */

/* What came of the run. */
typedef struct outcome {
    meter_report meter;
    double per_second;
    double cpu_ns_per_message;
    double user_us;
    double system_us;
    size_t resident_kib;
    double kib_per_connection;
} outcome;

static double ratio(double a, double b)
{
    return b > 0 ? a / b : 0;
}

static void work_out(outcome *o)
{
    const child_usage *server = &o->meter.server;
    double messages = (double)o->meter.messages;
    double cpu_us = (double)server->cpu_ns / 1000;
    double ticks = (double)(server->user_ticks + server->system_ticks);

    o->per_second = ratio(messages, o->meter.seconds);
    o->cpu_ns_per_message = ratio((double)server->cpu_ns, messages);
    o->user_us = cpu_us * ratio((double)server->user_ticks, ticks);
    o->system_us = cpu_us * ratio((double)server->system_ticks, ticks);
}

static void print_json(const outcome *o)
{
    const meter_report *m = &o->meter;

    printf("{\"mode\":\"%s\",\"connections\":%zu,\"idle\":%zu,\"size\":%zu,"
           "\"depth\":%zu,\"messages\":%" PRIu64 ",\"bytes\":%" PRIu64
           ",\"lost\":%" PRIu64,
           mode_names[want.mode], want.connections, want.idle, want.size,
           want.depth, m->messages, m->messages * want.size, m->lost);
    printf(",\"seconds\":%.6f,\"per_second\":%.1f,\"p50_us\":%.1f,"
           "\"p99_us\":%.1f,\"p999_us\":%.1f",
           m->seconds, o->per_second, m->p50_us, m->p99_us, m->p999_us);
    printf(",\"server_cpu_ns\":%" PRIu64 ",\"cpu_ns_per_message\":%.1f,"
           "\"server_user_us\":%.0f,\"server_system_us\":%.0f,"
           "\"server_rss_kib\":%zu,\"server_user_kib_per_connection\":%.3f}\n",
           m->server.cpu_ns, o->cpu_ns_per_message, o->user_us, o->system_us,
           o->resident_kib, o->kib_per_connection);
}

static void print_text(const outcome *o)
{
    const meter_report *m = &o->meter;

    printf("messages %" PRIu64 " in %.3f s, %.0f per second, lost %" PRIu64
           "\n",
           m->messages, m->seconds, o->per_second, m->lost);
    printf("latency %.1f us, p99 %.1f, p99.9 %.1f\n", m->p50_us, m->p99_us,
           m->p999_us);
    printf("server %.0f ns of CPU per message, %zu KiB resident, %.3f KiB per "
           "connection\n",
           o->cpu_ns_per_message, o->resident_kib, o->kib_per_connection);
}

/* ---- the run ---------------------------------------------------------- */

static void lose_patience(int signal_number)
{
    static const char text[] = "bench_load: out of patience\n";
    ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);

    (void)written;
    _exit(signal_number != 0);
}

static void allow_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* How a mode begins: with so many open connections, and how they greet. */
typedef struct mode_plan {
    void (*run)(const int *fds);
    bool opens; /* its connections before the run */
    tcp_greeting greeting;
} mode_plan;

static const mode_plan plans[LOAD_MODES] = {
    {run_echo, true, TCP_EACH_SPEAKS},  {run_echo, true, TCP_NONE_SPEAKS},
    {run_echo, false, TCP_NONE_SPEAKS}, {run_fan, true, TCP_LAST_SPEAKS},
    {run_udp, false, TCP_NONE_SPEAKS},
};

/* Each phase has its time. */
static void run(outcome *o)
{
    const mode_plan *plan = &plans[want.mode];
    size_t active = plan->opens ? want.connections : 0;
    double empty_kib;
    const int *fds;

    (void)alarm(want.patience_s);
    child_start(want.server);
    empty_kib = (double)child_resident_kib();
    (void)tcp_open_all(want.idle, TCP_EACH_SPEAKS);
    fds = tcp_open_all(active, plan->greeting);
    o->kib_per_connection = ratio((double)child_resident_kib() - empty_kib,
                                  (double)(want.idle + active));
    (void)alarm(want.patience_s +
                (unsigned)(want.time_ns / 1000000000 * 6 / 5));
    plan->run(fds);
    o->resident_kib = child_resident_kib();
    meter_read(&o->meter);
    work_out(o);
}

int main(int argc, char **argv)
{
    outcome o;
    int code;

    memset(&o, 0, sizeof o);
    read_options(argc, argv);
    (void)signal(SIGALRM, lose_patience);
    allow_descriptors();
    run(&o);
    code = child_end();
    if (code != 0) {
        fprintf(stderr, "bench_load: the server ended with %d\n", code);
        return 1;
    }
    if (want.json) {
        print_json(&o);
    } else {
        print_text(&o);
    }
    return 0;
}
