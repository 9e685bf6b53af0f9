/* SPDX-License-Identifier: MIT */
/*
 * trace.h - --trace: tells each call of the toolkit that the program makes,
 * and its result; of what the toolkit calls back, what becomes of connections
 * and what came from them.
 *
 * A file that includes this has its calls go through here. The library knows
 * nothing of it. Calls that only reckon or
 * look something up (texts, sizes, times, counters) are not told; which those
 * are is written in tests/rules/trace.cmake.
 */
#ifndef CLI_TRACE_H
#define CLI_TRACE_H

#include <duosock/duosock.h>

/* Whether calls are told. */
extern bool trace_on;

/* Begins; called before there are threads. Returns false after saying why it
 * cannot be. */
bool trace_start(void);

typedef void trace_quit(uint32_t count, duos_quit_kind kind);

#define ERR1(name, A, a)             duos_err trace_##name(A x);
#define ERR2(name, A, a, B, b)       duos_err trace_##name(A x, B y);
#define ERR3(name, A, a, B, b, C, c) duos_err trace_##name(A x, B y, C z);
#define ERR4(name, A, a, B, b, C, c, D, d)                                     \
    duos_err trace_##name(A x, B y, C z, D w);
#define VOID1(name, A, a)       void trace_##name(A x);
#define VOID2(name, A, a, B, b) void trace_##name(A x, B y);
#include "trace_list.h"

/* Those that are more than a line of it; see trace_more.c. */
duos_err trace_close(duos_socket *s);
duos_err trace_resolve(const char *address, duos_family family,
                       int64_t timeout_ms, duos_addr *addrs, size_t cap,
                       size_t *count);
duos_err trace_loop_run(duos_loop *loop);
duos_err trace_server_create(duos_loop *loop, const duos_server_config *config,
                             duos_server **out);
duos_err trace_client_create(duos_loop *loop, const duos_client_config *config,
                             duos_client **out);
duos_err trace_datagram_create(duos_loop *loop,
                               const duos_datagram_config *config,
                               duos_datagram **out);
duos_err trace_conn_send(duos_conn *conn, const void *data, size_t len);
duos_err trace_datagram_reply(duos_datagram *datagram, const void *data,
                              size_t len);
duos_err trace_sendto(duos_socket s, const void *data, size_t len,
                      const duos_addr *to);

/* One of the two is called; each argument is worked out once. */
#define TRACED(name, ...)                                                      \
    (trace_on ? trace_##name(__VA_ARGS__) : duos_##name(__VA_ARGS__))

#define duos_bind(...)             TRACED(bind, __VA_ARGS__)
#define duos_client_connect(...)   TRACED(client_connect, __VA_ARGS__)
#define duos_client_create(...)    TRACED(client_create, __VA_ARGS__)
#define duos_client_destroy(...)   TRACED(client_destroy, __VA_ARGS__)
#define duos_close(...)            TRACED(close, __VA_ARGS__)
#define duos_conn_abort(...)       TRACED(conn_abort, __VA_ARGS__)
#define duos_conn_close(...)       TRACED(conn_close, __VA_ARGS__)
#define duos_conn_pause(...)       TRACED(conn_pause, __VA_ARGS__)
#define duos_conn_resume(...)      TRACED(conn_resume, __VA_ARGS__)
#define duos_conn_send(...)        TRACED(conn_send, __VA_ARGS__)
#define duos_conn_send_shared(...) TRACED(conn_send_shared, __VA_ARGS__)
#define duos_conn_shutdown(...)    TRACED(conn_shutdown, __VA_ARGS__)
#define duos_connect(...)          TRACED(connect, __VA_ARGS__)
#define duos_datagram_adopt_listener(...)                                      \
    TRACED(datagram_adopt_listener, __VA_ARGS__)
#define duos_datagram_create(...)  TRACED(datagram_create, __VA_ARGS__)
#define duos_datagram_destroy(...) TRACED(datagram_destroy, __VA_ARGS__)
#define duos_datagram_drain(...)   TRACED(datagram_drain, __VA_ARGS__)
#define duos_datagram_reply(...)   TRACED(datagram_reply, __VA_ARGS__)
#define duos_get_bool(...)         TRACED(get_bool, __VA_ARGS__)
#define duos_get_int(...)          TRACED(get_int, __VA_ARGS__)
#define duos_get_linger(...)       TRACED(get_linger, __VA_ARGS__)
#define duos_get_ms(...)           TRACED(get_ms, __VA_ARGS__)
#define duos_get_text(...)         TRACED(get_text, __VA_ARGS__)
#define duos_inherited(...)        TRACED(inherited, __VA_ARGS__)
#define duos_input_pause(...)      TRACED(input_pause, __VA_ARGS__)
#define duos_input_resume(...)     TRACED(input_resume, __VA_ARGS__)
#define duos_input_start(...)      TRACED(input_start, __VA_ARGS__)
#define duos_input_stop(...)       TRACED(input_stop, __VA_ARGS__)
#define duos_interfaces(...)       TRACED(interfaces, __VA_ARGS__)
#define duos_listener_close(...)   TRACED(listener_close, __VA_ARGS__)
#define duos_listener_open(...)    TRACED(listener_open, __VA_ARGS__)
#define duos_local_addr(...)       TRACED(local_addr, __VA_ARGS__)
#define duos_lookup_start(...)     TRACED(lookup_start, __VA_ARGS__)
#define duos_lookup_stop(...)      TRACED(lookup_stop, __VA_ARGS__)
#define duos_loop_create(...)      TRACED(loop_create, __VA_ARGS__)
#define duos_loop_destroy(...)     TRACED(loop_destroy, __VA_ARGS__)
#define duos_loop_post(...)        TRACED(loop_post, __VA_ARGS__)
#define duos_loop_run(...)         TRACED(loop_run, __VA_ARGS__)
#define duos_loop_stop(...)        TRACED(loop_stop, __VA_ARGS__)
#define duos_open(...)             TRACED(open, __VA_ARGS__)
#define duos_poller_create(...)    TRACED(poller_create, __VA_ARGS__)
#define duos_poller_destroy(...)   TRACED(poller_destroy, __VA_ARGS__)
#define duos_quit_start(...)       TRACED(quit_start, __VA_ARGS__)
#define duos_quit_stop(...)        TRACED(quit_stop, __VA_ARGS__)
#define duos_resolve(...)          TRACED(resolve, __VA_ARGS__)
#define duos_sendto(...)           TRACED(sendto, __VA_ARGS__)
#define duos_server_adopt(...)     TRACED(server_adopt, __VA_ARGS__)
#define duos_server_adopt_listener(...)                                        \
    TRACED(server_adopt_listener, __VA_ARGS__)
#define duos_server_create(...)    TRACED(server_create, __VA_ARGS__)
#define duos_server_destroy(...)   TRACED(server_destroy, __VA_ARGS__)
#define duos_server_drain(...)     TRACED(server_drain, __VA_ARGS__)
#define duos_server_give_back(...) TRACED(server_give_back, __VA_ARGS__)
#define duos_server_listen(...)    TRACED(server_listen, __VA_ARGS__)
#define duos_server_take(...)      TRACED(server_take, __VA_ARGS__)
#define duos_set_bool(...)         TRACED(set_bool, __VA_ARGS__)
#define duos_set_int(...)          TRACED(set_int, __VA_ARGS__)
#define duos_set_linger(...)       TRACED(set_linger, __VA_ARGS__)
#define duos_set_ms(...)           TRACED(set_ms, __VA_ARGS__)
#define duos_set_text(...)         TRACED(set_text, __VA_ARGS__)
#define duos_take_error(...)       TRACED(take_error, __VA_ARGS__)
#define duos_timer_start(...)      TRACED(timer_start, __VA_ARGS__)
#define duos_timer_stop(...)       TRACED(timer_stop, __VA_ARGS__)
#define duos_wait(...)             TRACED(wait, __VA_ARGS__)
#define duos_watch_start(...)      TRACED(watch_start, __VA_ARGS__)
#define duos_watch_stop(...)       TRACED(watch_stop, __VA_ARGS__)

#endif
