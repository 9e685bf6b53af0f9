/* SPDX-License-Identifier: MIT */
/*
 * plan.h - what is measured: the servers, the scenes that they serve, and the
 * bars that are estimates. What is counted exactly stands in counted.c.
 */
#ifndef JUDGE_PLAN_H
#define JUDGE_PLAN_H

#include <stdint.h>

typedef enum server {
    RAW_EPOLL,
    RAW_POLL,
    RAW_SELECT,
    SERVER_EPOLL, /* duos_server */
    SERVER_POLL,
    SERVER_SELECT,
    POLLER, /* duos_poller, duos_recv, duos_send */
    UV_TRY,
    UV_WRITE,
    EVENT_RAW,
    EVENT_BUFFER,
    EV,
    URING,
    RAW_UDP,
    UDP_BATCH,
    RAW_FAN,
    FAN,
    SERVERS
} server;

/* A set of servers. */
#define SET(server) (UINT32_C(1) << (server))

#define SERVER_WORDS 4

typedef struct server_plan {
    const char *name;
    const char *words[SERVER_WORDS]; /* the program in bench/, arguments */
} server_plan;

typedef enum scene {
    ECHO_10,
    ECHO_50,
    ECHO_100,
    ECHO_1000,
    ECHO_10000,
    ECHO_19900,
    IDLE,
    STREAMS_20,
    STREAM_1,
    ECHO_16K,
    UDP,
    CHURN,
    FAN_10000,
    SCENES
} scene;

typedef struct scene_plan {
    const char *title;
    const char *key;  /* in the JSON */
    const char *mode; /* of bench_load */
    int connections;
    int idle;
    long size;
    int depth;
    uint32_t judged; /* run in every round */
    uint32_t shown;  /* run in the first rounds, for the plots */
} scene_plan;

/* CPU per message of a server, as a ratio to another's. */
typedef struct bar_plan {
    const char *id;
    scene scene;
    server subject;
    server reference;
    double most; /* 0: without a bar */
} bar_plan;

extern const server_plan plan_servers[SERVERS];
extern const scene_plan plan_scenes[SCENES];
extern const bar_plan plan_bars[];
extern const unsigned plan_bar_count;

/* Descriptors that a process may have in all of it. */
#define PLAN_DESCRIPTORS 20000

#endif
