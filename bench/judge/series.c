/* SPDX-License-Identifier: MIT */
/*
 * series.c - the data of the plots, as bench/plots.gp reads them.
 */
#include <stdio.h>

#include "report.h"
#include "rounds.h"

static const scene by_clients[] = {ECHO_10,   ECHO_50,    ECHO_100,
                                   ECHO_1000, ECHO_10000, ECHO_19900};

#define POINTS (sizeof by_clients / sizeof by_clients[0])

/* Whether it echoes streams, and was measured at all. */
static bool is_drawn(server which)
{
    size_t i;

    for (i = 0; i < POINTS; i++) {
        if (which < RAW_UDP && rounds_median(by_clients[i], which).cpu_ns > 0) {
            return true;
        }
    }
    return false;
}

/* A column for each server: CPU as a ratio to raw epoll. */
static bool write_cpu(void)
{
    FILE *file = fopen("cpu.dat", "w");
    size_t i;
    server s;

    if (file == NULL) {
        return false;
    }
    fprintf(file, "clients");
    for (s = 0; s < SERVERS; s++) {
        if (is_drawn(s)) {
            fprintf(file, "\t\"%s\"", plan_servers[s].name);
        }
    }
    for (i = 0; i < POINTS; i++) {
        fprintf(file, "\n%d", plan_scenes[by_clients[i]].connections);
        for (s = 0; s < SERVERS; s++) {
            estimate e = rounds_ratio(by_clients[i], s, RAW_EPOLL);

            if (is_drawn(s) && e.n > 0) {
                fprintf(file, "\t%.4f", e.value);
            } else if (is_drawn(s)) {
                fprintf(file, "\tNaN");
            }
        }
    }
    fprintf(file, "\n");
    return fclose(file) == 0;
}

/* A row for each server. */
static bool write_memory(void)
{
    FILE *file = fopen("memory.dat", "w");
    server s;

    if (file == NULL) {
        return false;
    }
    for (s = 0; s < SERVERS; s++) {
        sample m = rounds_median(IDLE, s);

        if (m.cpu_ns > 0) {
            fprintf(file, "\"%s\"\t%.0f\n", plan_servers[s].name, m.kib * 1024);
        }
    }
    return fclose(file) == 0;
}

static bool write_latency(void)
{
    FILE *file = fopen("latency.dat", "w");
    server s;

    if (file == NULL) {
        return false;
    }
    fprintf(file, "server\t\"p50\"\t\"p99\"\t\"p99.9\"\n");
    for (s = 0; s < SERVERS; s++) {
        sample m = rounds_median(ECHO_50, s);

        if (m.cpu_ns > 0) {
            fprintf(file, "\"%s\"\t%.1f\t%.1f\t%.1f\n", plan_servers[s].name,
                    m.p50_us, m.p99_us, m.p999_us);
        }
    }
    return fclose(file) == 0;
}

bool report_series(void)
{
    return write_cpu() && write_memory() && write_latency();
}
