/* SPDX-License-Identifier: MIT */
/*
 * main.c - measures everything and judges it.
 *
 *   bench_judge [-q] [-m minutes] [-v versions] [-c command] folder
 *
 * folder: where the programs of bench/ are. Writes bench.json, performance.md
 * and the data of the plots into the current folder. -q: one round of each, and
 * exact bars alone are judged. -v and -c are quoted in the report.
 *
 * Ends with 0 when no bar fails and the yardstick is valid, with 1 otherwise.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "counted.h"
#include "others.h"
#include "progress.h"
#include "report.h"
#include "rounds.h"
#include "rows.h"

#define SHOWN_ROUNDS  3
#define FULL_MINUTES  25.0
#define QUICK_MINUTES 5.0

typedef struct choice {
    bool is_quick;
    double minutes;
    const char *folder;
} choice;

/* As the bar of B9 has it; where less is allowed, its row says so. */
static void limit_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        if (limit.rlim_max == RLIM_INFINITY ||
            limit.rlim_max > PLAN_DESCRIPTORS) {
            limit.rlim_max = PLAN_DESCRIPTORS;
        }
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/*
 * Whether raw epoll itself misses a bar against another library, beside which
 * duos_server would have to be faster than what it stands on. If so, what is
 * told, and the bar is not judged.
 */
static bool is_beyond_raw(const bar_plan *bar, char *what, size_t cap)
{
    estimate raw = rounds_ratio(bar->scene, RAW_EPOLL, bar->reference);
    size_t len = strlen(what);

    if (strcmp(bar->id, "B4") != 0 || bar->reference == RAW_EPOLL ||
        raw.low <= bar->most) {
        return false;
    }
    snprintf(what + len, cap - len, " (raw epoll: %.3f)", raw.value);
    return true;
}

static void judge_bar(const bar_plan *bar, bool is_judged)
{
    char what[120];
    estimate e = rounds_ratio(bar->scene, bar->subject, bar->reference);
    bool is_absent;
    const char *why;

    snprintf(what, sizeof what, "CPU, %s / %s, %s",
             plan_servers[bar->subject].name, plan_servers[bar->reference].name,
             plan_scenes[bar->scene].title);
    why = rounds_missing(bar->scene, bar->reference, &is_absent);
    if (why == NULL) {
        why = rounds_missing(bar->scene, bar->subject, &is_absent);
    }
    if (why == NULL) {
        is_judged = !is_beyond_raw(bar, what, sizeof what) && is_judged;
        rows_add_estimate(bar->id, what, "", 3, &e, bar->most, is_judged);
    } else if (is_absent) {
        rows_add_skipped(bar->id, what, why);
    } else {
        rows_add_failed(bar->id, what, why);
    }
}

static void show_rate(server which)
{
    char what[100];
    sample s = rounds_median(CHURN, which);

    snprintf(what, sizeof what, "connections per second, %s",
             plan_servers[which].name);
    if (s.per_second > 0) {
        rows_add_exact("churn", what, "", 0, s.per_second, 0);
    }
}

static void measure(const choice *c)
{
    double deadline = c->minutes * 60;
    unsigned i;

    counted_measure(c->folder, c->is_quick ? 100000 : 1000000, deadline);
    others_measure(c->folder, "1000000");
    rounds_begin(c->folder);
    rounds_measure(c->is_quick ? 1 : SHOWN_ROUNDS, deadline);
    for (i = 0; i < plan_bar_count; i++) {
        judge_bar(&plan_bars[i], !c->is_quick);
    }
    show_rate(RAW_EPOLL);
    show_rate(SERVER_EPOLL);
    others_held();
}

static int conclude(about *a)
{
    size_t failed = rows_with(VERDICT_FAILS);
    bool is_written;

    a->seconds = progress_passed();
    a->is_valid = counted_is_valid();
    is_written = report_json("bench.json", a) &&
                 report_markdown("performance.md", a) && report_series();
    rows_print();
    printf("%zu figures hold, %zu are undecided, %zu fail, %zu were skipped; "
           "%.0f minutes\n",
           rows_with(VERDICT_HOLDS), rows_with(VERDICT_OPEN), failed,
           rows_with(VERDICT_SKIPPED), a->seconds / 60);
    if (!a->is_valid) {
        printf("NOT VALID: raw epoll is slower than it was when the bars were "
               "set\n");
    }
    return failed == 0 && a->is_valid && is_written ? 0 : 1;
}

static bool read_options(int argc, char **argv, choice *c, about *a)
{
    int option;

    while ((option = getopt(argc, argv, "qm:v:c:")) != -1) {
        switch (option) {
        case 'q':
            c->is_quick = true;
            break;
        case 'm':
            c->minutes = strtod(optarg, NULL);
            break;
        case 'v':
            a->versions = optarg;
            break;
        case 'c':
            a->command = optarg;
            break;
        default:
            return false;
        }
    }
    c->folder = argv[optind];
    if (c->minutes <= 0) {
        c->minutes = c->is_quick ? QUICK_MINUTES : FULL_MINUTES;
    }
    a->is_quick = c->is_quick;
    return argc == optind + 1;
}

int main(int argc, char **argv)
{
    about a = {NULL, "", "", "bench_judge", 0, false, false};
    choice c = {false, 0, NULL};
    time_t now = time(NULL);
    char date[40];

    if (!read_options(argc, argv, &c, &a)) {
        fprintf(stderr, "usage: bench_judge [-q] [-m minutes] [-v versions] "
                        "[-c command] folder\n");
        return 2;
    }
    strftime(date, sizeof date, "%Y-%m-%d %H:%M UTC", gmtime(&now));
    a.date = date;
    limit_descriptors();
    report_look(&a);
    printf("%s\n%s\n", a.machine, a.versions);
    progress_begin();
    measure(&c);
    return conclude(&a);
}
