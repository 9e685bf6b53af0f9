/* SPDX-License-Identifier: MIT */
/*
 * load_meter.c - the warm-up, the measured part, and the latencies within
 * it: a histogram of fixed buckets, 64 to each power of two.
 */
#include "load.h"

#include <string.h>
#include <time.h>

#define SUB     64u /* buckets of a power of two */
#define BUCKETS (SUB * 60u)

/* One part in so many of a run by count warms up; by time, as much is added. */
#define WARM_PART 5

/* The state at one end of the measured part. */
typedef struct moment {
    uint64_t ns;
    uint64_t done;
    uint64_t lost;
    child_usage server;
} moment;

static uint64_t done; /* with those lost */
static uint64_t lost;
static uint64_t total;
static uint64_t warm_until_ns;
static bool measuring;
static moment first;
static moment last;
static uint64_t buckets[BUCKETS];
static uint64_t samples;

uint64_t meter_now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* ---- latencies -------------------------------------------------------- */

static size_t bucket_of(uint64_t ns)
{
    unsigned shift = 0;

    while (ns >> shift >= 2 * SUB) {
        shift++;
    }
    return shift * SUB + (size_t)(ns >> shift);
}

/* The least of a bucket. */
static double bucket_us(size_t bucket)
{
    size_t shift = bucket < 2 * SUB ? 0 : bucket / SUB - 1;

    return (double)((uint64_t)(bucket - shift * SUB) << shift) / 1000.0;
}

static double percentile_us(double part)
{
    double below = part * (double)samples;
    uint64_t seen = 0;
    size_t i;

    for (i = 0; i < BUCKETS; i++) {
        seen += buckets[i];
        if (seen > 0 && (double)seen >= below) {
            return bucket_us(i);
        }
    }
    return 0;
}

/* ---- the measured part ------------------------------------------------ */

static void take_moment(moment *m)
{
    m->done = done;
    m->lost = lost;
    child_read_usage(&m->server);
    m->ns = meter_now();
}

void meter_begin(uint64_t messages)
{
    total = messages;
    warm_until_ns = meter_now() + want.time_ns / WARM_PART;
}

static bool is_warm(void)
{
    return total > 0 ? done >= total / WARM_PART : meter_now() >= warm_until_ns;
}

static bool is_enough(void)
{
    return total > 0 ? done >= total : meter_now() >= first.ns + want.time_ns;
}

bool meter_over(void)
{
    if (!measuring) {
        if (!is_warm()) {
            return false;
        }
        take_moment(&first);
        measuring = true;
    }
    if (!is_enough()) {
        return false;
    }
    take_moment(&last);
    return true;
}

uint64_t meter_add(uint64_t messages, uint64_t began)
{
    uint64_t now = meter_now();

    done += messages;
    if (measuring) {
        buckets[bucket_of(now - began)]++;
        samples++;
    }
    return now;
}

void meter_add_lost(uint64_t messages, uint64_t missing)
{
    done += messages;
    lost += missing;
}

uint64_t meter_done(void)
{
    return done;
}

void meter_read(meter_report *report)
{
    memset(report, 0, sizeof *report);
    report->lost = last.lost - first.lost;
    report->messages = last.done - first.done - report->lost;
    report->seconds = (double)(last.ns - first.ns) / 1e9;
    report->p50_us = percentile_us(0.50);
    report->p99_us = percentile_us(0.99);
    report->p999_us = percentile_us(0.999);
    report->server.cpu_ns = last.server.cpu_ns - first.server.cpu_ns;
    report->server.user_ticks =
        last.server.user_ticks - first.server.user_ticks;
    report->server.system_ticks =
        last.server.system_ticks - first.server.system_ticks;
}
