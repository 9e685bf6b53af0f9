/* SPDX-License-Identifier: MIT */
/*
 * load.h - what the parts of the load generator share: what was asked for,
 * the server it starts, the meter, its connections, and the modes.
 *
 * It is a program of one run: what fails ends it.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum load_mode {
    LOAD_ECHO,
    LOAD_STREAM,
    LOAD_CHURN,
    LOAD_FAN,
    LOAD_UDP,
    LOAD_MODES
} load_mode;

/* The command line. */
typedef struct load_options {
    load_mode mode;
    size_t connections;
    size_t idle;
    size_t size;
    size_t depth;
    uint64_t count;   /* 0: for a time */
    uint64_t time_ns; /* of the measured part; 0: by count */
    unsigned patience_s;
    bool json;
    char **server;
} load_options;

extern load_options want;

/* Ends the program: errno tells, or why does. */
void load_fail(const char *what);
void load_give_up(const char *why);

/* count * size bytes of zeros. */
void *load_memory(size_t count, size_t size);

/*
 * Bytes to be sent, at least len from any of the shifts on. Messages that
 * follow each other begin at different shifts, so one is not taken for the
 * other.
 */
#define LOAD_SHIFTS 23u
char *load_pattern(size_t len);

/* ---- load_child.c: the server ------------------------------------------ */

typedef struct child_usage {
    uint64_t cpu_ns;
    uint64_t user_ticks;
    uint64_t system_ticks;
} child_usage;

extern uint16_t child_port;

void child_start(char **argv);

/* Its exit code. */
int child_end(void);

void child_read_usage(child_usage *usage);
size_t child_resident_kib(void);

/* ---- load_meter.c: what was done, and when ----------------------------- */

typedef struct meter_report {
    uint64_t messages;
    uint64_t lost;
    double seconds;
    double p50_us;
    double p99_us;
    double p999_us;
    child_usage server;
} meter_report;

uint64_t meter_now(void); /* in ns */

/* The warm-up begins; messages: those of the run, 0 by time. */
void meter_begin(uint64_t messages);

/* Asked once per turn; it also starts the measured part and ends it. */
bool meter_over(void);

/* A burst is back. Returns the time it is now. */
uint64_t meter_add(uint64_t messages, uint64_t began);

/* A burst that was given up: of its messages, so many did not come back. */
void meter_add_lost(uint64_t messages, uint64_t missing);

uint64_t meter_done(void);
void meter_read(meter_report *report);

/* ---- load_tcp.c: connections ------------------------------------------- */

/* How one knows that the server has accepted a connection. */
typedef enum tcp_greeting {
    TCP_EACH_SPEAKS, /* each gets back what it says */
    TCP_LAST_SPEAKS, /* what one says goes to all */
    TCP_NONE_SPEAKS  /* one hopes */
} tcp_greeting;

/* number: chooses the source address. Blocking, TCP_NODELAY. */
int tcp_open(size_t number);

/*
 * So many, each of them accepted. They end with us, by a reset, which leaves
 * no trace; the memory is never freed.
 */
int *tcp_open_all(size_t count, tcp_greeting greeting);

/* ---- load_turns.c: waiting --------------------------------------------- */

void turns_watch(int fd, void *of);

/*
 * Calls ready for each socket that is, until the meter is over. When nothing
 * is for silence_ms: calls silent, or gives up if that is NULL.
 */
void turns_run(void (*ready)(void *of), int silence_ms, void (*silent)(void));

/* ---- the modes --------------------------------------------------------- */

/* fds: want.connections of them, open; none where the mode opens its own. */
void run_echo(const int *fds); /* stream and churn, too */
void run_fan(const int *fds);
void run_udp(const int *fds);

#endif
