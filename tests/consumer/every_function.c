/* SPDX-License-Identifier: MIT */
/*
 * every_function.c - a program that includes <duosock/duosock.h> and nothing
 * else of anybody's, and uses every public function: it is there, under one
 * name, for C and for C++, on every system. tests/rules/consumer.cmake keeps
 * the list.
 */
#include <duosock/duosock.h>

typedef void (*function)(void);

static function functions[1024];
static size_t count;

static void use(function f)
{
    if (count < sizeof functions / sizeof functions[0]) {
        functions[count++] = f;
    }
}

#define USE(name) use((function)(name))

static void use_all(void)
{
    USE(duos_accept);
    USE(duos_addr_equal);
    USE(duos_addr_format);
    USE(duos_addr_ipv4);
    USE(duos_addr_ipv6);
    USE(duos_addr_loopback);
    USE(duos_addr_parse);
    USE(duos_addr_parse_n);
    USE(duos_addr_unix);
    USE(duos_alloc_default);
    USE(duos_at_mark);
    USE(duos_bind);
    USE(duos_cidr_format);
    USE(duos_cidr_from_addr);
    USE(duos_cidr_match);
    USE(duos_cidr_parse);
    USE(duos_client_config_init);
    USE(duos_client_conn);
    USE(duos_client_connect);
    USE(duos_client_create);
    USE(duos_client_destroy);
    USE(duos_close);
    USE(duos_conn_abort);
    USE(duos_conn_bytes);
    USE(duos_conn_close);
    USE(duos_conn_handler_init);
    USE(duos_conn_id_of);
    USE(duos_conn_loop);
    USE(duos_conn_pause);
    USE(duos_conn_peer);
    USE(duos_conn_queued);
    USE(duos_conn_release);
    USE(duos_conn_resume);
    USE(duos_conn_send);
    USE(duos_conn_set_user);
    USE(duos_conn_shutdown);
    USE(duos_conn_tuple);
    USE(duos_conn_user);
    USE(duos_connect);
    USE(duos_connect_result);
    USE(duos_dial);
    USE(duos_dscp_name);
    USE(duos_dscp_parse);
    USE(duos_endpoint_parse);
    USE(duos_endpoint_parse_n);
    USE(duos_err_from_native);
    USE(duos_err_name);
    USE(duos_err_native);
    USE(duos_err_native_name);
    USE(duos_err_text);
    USE(duos_fdset_clr);
    USE(duos_fdset_copy);
    USE(duos_fdset_count);
    USE(duos_fdset_fini);
    USE(duos_fdset_init);
    USE(duos_fdset_isset);
    USE(duos_fdset_set);
    USE(duos_fdset_zero);
    USE(duos_frame_config_init);
    USE(duos_frame_end);
    USE(duos_frame_fini);
    USE(duos_frame_held);
    USE(duos_frame_init);
    USE(duos_frame_next);
    USE(duos_frame_prefix);
    USE(duos_get_bool);
    USE(duos_get_int);
    USE(duos_get_linger);
    USE(duos_get_ms);
    USE(duos_get_reuse);
    USE(duos_get_tcp_info);
    USE(duos_get_text);
    USE(duos_getsockopt);
    USE(duos_inherited);
    USE(duos_input_init);
    USE(duos_input_pause);
    USE(duos_input_resume);
    USE(duos_input_start);
    USE(duos_input_stop);
    USE(duos_interface_index);
    USE(duos_interface_name);
    USE(duos_interfaces);
    USE(duos_ip_format);
    USE(duos_ip_parse);
    USE(duos_listen);
    USE(duos_listen_at);
    USE(duos_listen_options_init);
    USE(duos_listener_close);
    USE(duos_listener_open);
    USE(duos_local_addr);
    USE(duos_lookup_active);
    USE(duos_lookup_init);
    USE(duos_lookup_name);
    USE(duos_lookup_start);
    USE(duos_lookup_start_reverse);
    USE(duos_lookup_start_service);
    USE(duos_lookup_stop);
    USE(duos_loop_config_init);
    USE(duos_loop_create);
    USE(duos_loop_destroy);
    USE(duos_loop_next_timeout_ms);
    USE(duos_loop_now_ms);
    USE(duos_loop_poller);
    USE(duos_loop_post);
    USE(duos_loop_run);
    USE(duos_loop_step);
    USE(duos_loop_stop);
    USE(duos_multicast_join);
    USE(duos_multicast_join_source);
    USE(duos_multicast_leave);
    USE(duos_multicast_leave_source);
    USE(duos_open);
    USE(duos_open_raw);
    USE(duos_opt_describe);
    USE(duos_opt_explain);
    USE(duos_opt_supported);
    USE(duos_peer_addr);
    USE(duos_peer_credentials);
    USE(duos_poller_add);
    USE(duos_poller_backend_name);
    USE(duos_poller_backend_of);
    USE(duos_poller_backend_parse);
    USE(duos_poller_backends);
    USE(duos_poller_config_init);
    USE(duos_poller_create);
    USE(duos_poller_del);
    USE(duos_poller_destroy);
    USE(duos_poller_mod);
    USE(duos_poller_os_handle);
    USE(duos_poller_wait);
    USE(duos_poller_wakeup);
    USE(duos_post_init);
    USE(duos_quit_init);
    USE(duos_quit_start);
    USE(duos_quit_stop);
    USE(duos_recv);
    USE(duos_recv_batch);
    USE(duos_recv_exact);
    USE(duos_recv_handle);
    USE(duos_recv_some);
    USE(duos_recvfrom);
    USE(duos_recvmsg);
    USE(duos_recvv);
    USE(duos_resolve);
    USE(duos_resolve_service);
    USE(duos_reverse);
    USE(duos_select);
    USE(duos_send);
    USE(duos_send_all);
    USE(duos_send_batch);
    USE(duos_send_handle);
    USE(duos_sendfile);
    USE(duos_sendmsg);
    USE(duos_sendto);
    USE(duos_sendv);
    USE(duos_server_adopt);
    USE(duos_server_adopt_listener);
    USE(duos_server_config_init);
    USE(duos_server_create);
    USE(duos_server_destroy);
    USE(duos_server_drain);
    USE(duos_server_find);
    USE(duos_server_get_stats);
    USE(duos_server_give_back);
    USE(duos_server_listen);
    USE(duos_server_next);
    USE(duos_server_take);
    USE(duos_server_user);
    USE(duos_set_bool);
    USE(duos_set_int);
    USE(duos_set_linger);
    USE(duos_set_ms);
    USE(duos_set_nonblocking);
    USE(duos_set_reuse);
    USE(duos_set_text);
    USE(duos_setsockopt);
    USE(duos_shutdown);
    USE(duos_socket_from_os);
    USE(duos_socket_to_os);
    USE(duos_socket_tuple);
    USE(duos_socket_valid);
    USE(duos_socketpair);
    USE(duos_take_error);
    USE(duos_take_report);
    USE(duos_tcp_info_init);
    USE(duos_timer_active);
    USE(duos_timer_init);
    USE(duos_timer_start);
    USE(duos_timer_stop);
    USE(duos_tuple_format);
    USE(duos_version);
    USE(duos_wait);
    USE(duos_watch_init);
    USE(duos_watch_set);
    USE(duos_watch_start);
    USE(duos_watch_stop);
}

/* 0 if they are all there, and no two are the same. */
int main(void)
{
    size_t i, k;

    use_all();
    for (i = 0; i < count; i++) {
        for (k = 0; k < i; k++) {
            if (functions[k] == functions[i]) {
                return 2;
            }
        }
        if (functions[i] == 0) {
            return 1;
        }
    }
    return count > 0 && count < sizeof functions / sizeof functions[0] ? 0 : 3;
}
