/* SPDX-License-Identifier: MIT */
/*
 * plan.c - the tables of plan.h.
 */
#include "plan.h"

const server_plan plan_servers[SERVERS] = {
    {"raw epoll", {"bench_raw_epoll"}},
    {"raw poll", {"bench_raw_poll"}},
    {"raw select", {"bench_raw_select"}},
    {"duosock", {"bench_echo_server", "-p", "epoll"}},
    {"duosock, poll", {"bench_echo_server", "-p", "poll"}},
    {"duosock, select", {"bench_echo_server", "-p", "select"}},
    {"duos_poller", {"bench_echo_poller", "-p", "epoll"}},
    {"libuv, uv_try_write", {"bench_uv_echo"}},
    {"libuv, uv_write", {"bench_uv_echo", "-m", "write"}},
    {"libevent", {"bench_event_echo"}},
    {"libevent, bufferevent", {"bench_event_echo", "-m", "buffer"}},
    {"libev", {"bench_ev_echo"}},
    {"io_uring", {"bench_uring_echo"}},
    {"raw UDP", {"bench_raw_udp"}},
    {"duosock, UDP", {"bench_udp_echo"}},
    {"raw send", {"bench_raw_fan"}},
    {"duosock, fan", {"bench_echo_server", "-m", "fan"}}};

/* ---- scenes ------------------------------------------------------------- */

#define BARS_OF_ECHO                                                           \
    (SET(RAW_EPOLL) | SET(SERVER_EPOLL) | SET(UV_TRY) | SET(UV_WRITE) |        \
     SET(EVENT_BUFFER))

/* All that echo any number of connections. */
#define ECHOES                                                                 \
    (BARS_OF_ECHO | SET(RAW_POLL) | SET(SERVER_POLL) | SET(SERVER_SELECT) |    \
     SET(POLLER) | SET(EVENT_RAW) | SET(EV) | SET(URING))

/* An fd_set has 1,024. */
#define FEW_ECHOES (ECHOES | SET(RAW_SELECT))

#define MIB (1024L * 1024)

const scene_plan plan_scenes[SCENES] = {
    {"echo, 10 connections", "echo_10", "echo", 10, 0, 64, 1, 0, FEW_ECHOES},
    {"echo, 50 connections", "echo_50", "echo", 50, 0, 64, 1, BARS_OF_ECHO,
     FEW_ECHOES},
    {"echo, 100 connections", "echo_100", "echo", 100, 0, 64, 1, 0, FEW_ECHOES},
    {"echo, 1,000 connections", "echo_1000", "echo", 1000, 0, 64, 1,
     BARS_OF_ECHO, FEW_ECHOES},
    {"echo, 10,000 connections", "echo_10000", "echo", 10000, 0, 64, 1,
     BARS_OF_ECHO, ECHOES},
    {"echo, 19,900 connections", "echo_19900", "echo", 19900, 0, 64, 1, 0,
     ECHOES},
    {"9,900 idle, 100 active", "idle", "echo", 100, 9900, 64, 1,
     SET(RAW_EPOLL) | SET(SERVER_EPOLL) | SET(SERVER_SELECT), ECHOES},
    {"20 streams of 1 MiB", "streams_20", "stream", 20, 0, MIB, 2,
     SET(RAW_EPOLL) | SET(SERVER_EPOLL) | SET(UV_TRY),
     SET(EVENT_BUFFER) | SET(URING)},
    {"1 stream of 1 MiB", "stream_1", "stream", 1, 0, MIB, 2, 0,
     SET(RAW_EPOLL) | SET(SERVER_EPOLL) | SET(UV_TRY) | SET(EVENT_BUFFER) |
         SET(URING)},
    {"echo of 16 KiB", "echo_16k", "echo", 50, 0, 16384, 1,
     SET(RAW_EPOLL) | SET(SERVER_EPOLL), SET(UV_TRY)},
    {"UDP, bursts of 16", "udp", "udp", 8, 0, 64, 16,
     SET(RAW_UDP) | SET(UDP_BATCH), 0},
    {"connect, echo, close", "churn", "churn", 100, 0, 64, 1,
     SET(RAW_EPOLL) | SET(SERVER_EPOLL), SET(UV_TRY) | SET(EV)},
    {"one says, 10,000 hear", "fan", "fan", 10000, 0, 64, 1,
     SET(RAW_FAN) | SET(FAN), 0}};

/* ---- bars ---------------------------------------------------------------- */

const bar_plan plan_bars[] = {
    {"B4", ECHO_50, SERVER_EPOLL, RAW_EPOLL, 1.03},
    {"B4", ECHO_50, SERVER_EPOLL, UV_TRY, 0.97},
    {"B4", ECHO_50, SERVER_EPOLL, UV_WRITE, 0.68},
    {"B4", ECHO_50, SERVER_EPOLL, EVENT_BUFFER, 0.70},
    {"B4", ECHO_1000, SERVER_EPOLL, RAW_EPOLL, 1.03},
    {"B4", ECHO_1000, SERVER_EPOLL, UV_TRY, 0.97},
    {"B4", ECHO_1000, SERVER_EPOLL, UV_WRITE, 0.68},
    {"B4", ECHO_1000, SERVER_EPOLL, EVENT_BUFFER, 0.70},
    {"B4", ECHO_10000, SERVER_EPOLL, RAW_EPOLL, 1.03},
    {"B4", ECHO_10000, SERVER_EPOLL, UV_TRY, 0.97},
    {"B4", ECHO_10000, SERVER_EPOLL, UV_WRITE, 0.68},
    {"B4", ECHO_10000, SERVER_EPOLL, EVENT_BUFFER, 0.70},
    {"B5", IDLE, SERVER_EPOLL, RAW_EPOLL, 1.05},
    {"B5", IDLE, SERVER_EPOLL, SERVER_SELECT, 0.125},
    {"B7", STREAMS_20, SERVER_EPOLL, RAW_EPOLL, 0.75},
    {"B7", STREAMS_20, SERVER_EPOLL, UV_TRY, 0.90},
    {"more", STREAM_1, SERVER_EPOLL, RAW_EPOLL, 0},
    {"more", STREAM_1, SERVER_EPOLL, UV_TRY, 0},
    {"B7", ECHO_16K, SERVER_EPOLL, RAW_EPOLL, 1.05},
    {"B8", UDP, UDP_BATCH, RAW_UDP, 0.82},
    {"fan", FAN_10000, FAN, RAW_FAN, 1.10},
    {"churn", CHURN, SERVER_EPOLL, RAW_EPOLL, 0}};

const unsigned plan_bar_count = sizeof plan_bars / sizeof plan_bars[0];
