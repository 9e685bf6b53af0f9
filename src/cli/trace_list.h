/* SPDX-License-Identifier: MIT */
/*
 * trace_list.h - the calls that --trace tells: the type of each argument, and
 * how it is shown, by one of the functions show_... of trace.c. What a call
 * has filled in is shown as well; "none" stands where there is nothing to see.
 * Included twice, by trace.h and trace.c, with ERR1 ... VOID2 as they like.
 */

/* ---- sockets ------------------------------------------------------------- */

ERR4(open, duos_family, family, duos_type, type, unsigned, none, duos_socket *,
     made)
ERR2(bind, duos_socket, socket, const duos_addr *, addr)
ERR2(connect, duos_socket, socket, const duos_addr *, addr)
ERR4(wait, duos_socket, socket, unsigned, events, int64_t, ms, unsigned *, none)
ERR2(local_addr, duos_socket, socket, duos_addr *, found)
ERR4(inherited, bool, none, duos_inherited_socket *, none, size_t, none,
     size_t *, count)
ERR3(listener_open, const char *, text, const duos_listen_options *, none,
     duos_listener *, bound)
VOID1(listener_close, duos_listener *, none)
ERR3(interfaces, duos_interface *, none, size_t, none, size_t *, count)

/* ---- options ------------------------------------------------------------- */

ERR2(take_error, duos_socket, socket, duos_err *, none)
ERR3(set_bool, duos_socket, socket, duos_opt, option, bool, flag)
ERR3(set_int, duos_socket, socket, duos_opt, option, int32_t, number)
ERR3(set_ms, duos_socket, socket, duos_opt, option, int32_t, ms)
ERR2(set_linger, duos_socket, socket, const duos_linger *, none)
ERR3(set_text, duos_socket, socket, duos_opt, option, const char *, text)
ERR3(get_bool, duos_socket, socket, duos_opt, option, bool *, none)
ERR3(get_int, duos_socket, socket, duos_opt, option, int32_t *, none)
ERR3(get_ms, duos_socket, socket, duos_opt, option, int32_t *, none)
ERR2(get_linger, duos_socket, socket, duos_linger *, none)
ERR4(get_text, duos_socket, socket, duos_opt, option, char *, none, size_t,
     none)

/* ---- pollers, loops, what stands on a loop ------------------------------- */

ERR2(poller_create, const duos_poller_config *, backend, duos_poller **, none)
VOID1(poller_destroy, duos_poller *, none)
ERR2(loop_create, const duos_loop_config *, loop_backend, duos_loop **, none)
ERR1(loop_destroy, duos_loop *, none)
VOID1(loop_stop, duos_loop *, none)
ERR2(loop_post, duos_loop *, none, duos_post *, none)
ERR2(timer_start, duos_timer *, none, int64_t, ms)
VOID1(timer_stop, duos_timer *, none)
ERR3(watch_start, duos_watch *, none, duos_socket, socket, unsigned, events)
VOID1(watch_stop, duos_watch *, none)
ERR1(input_start, duos_input *, none)
VOID1(input_stop, duos_input *, none)
ERR1(input_pause, duos_input *, none)
ERR1(input_resume, duos_input *, none)
ERR2(quit_start, duos_quit *, none, trace_quit *, none)
VOID1(quit_stop, duos_quit *, none)
ERR4(lookup_start, duos_lookup *, none, const char *, text, duos_family, family,
     int64_t, ms)
VOID1(lookup_stop, duos_lookup *, none)

/* ---- servers, clients, connections --------------------------------------- */

VOID1(server_destroy, duos_server *, none)
ERR4(server_listen, duos_server *, none, const char *, text,
     const duos_listen_options *, none, duos_addr *, found)
ERR2(server_adopt, duos_server *, none, duos_socket, socket)
ERR2(server_adopt_listener, duos_server *, none, duos_listener *, none)
ERR2(server_drain, duos_server *, none, int64_t, ms)
ERR4(server_take, duos_server *, none, duos_socket, socket, const duos_addr *,
     addr, void *, none)
ERR2(server_give_back, duos_server *, none, duos_ticket, none)
ERR2(client_connect, duos_client *, none, const char *, text)
VOID1(client_destroy, duos_client *, none)
ERR2(conn_send_shared, duos_conn *, conn, duos_shared *, shared)
ERR1(conn_pause, duos_conn *, conn)
ERR1(conn_resume, duos_conn *, conn)
ERR1(conn_shutdown, duos_conn *, conn)
VOID1(conn_close, duos_conn *, conn)
VOID2(conn_abort, duos_conn *, conn, duos_err, reason)
VOID1(datagram_destroy, duos_datagram *, none)
VOID1(datagram_drain, duos_datagram *, none)
ERR2(datagram_adopt_listener, duos_datagram *, none, duos_listener *, none)

#undef ERR1
#undef ERR2
#undef ERR3
#undef ERR4
#undef VOID1
#undef VOID2
