/* SPDX-License-Identifier: MIT */
/*
 * fault_peer.c - clients and a server of the host on which nothing fails.
 */
#include "fault_peer.h"

#include "support/check.h"

const char fault_text[] = "what is said is heard.\r\n";

bool fault_heard(fault_run *run, size_t *heard, const void *data, size_t len)
{
    bool fits = len <= FAULT_TEXT_LEN - *heard;

    fault_check(run, fits && memcmp(fault_text + *heard, data, len) == 0,
                "a byte came that was not sent");
    *heard += fits ? len : 0;
    return *heard == FAULT_TEXT_LEN;
}

/* ---- a client ----------------------------------------------------------- */

static void visitor_open(duos_conn *conn, void *user)
{
    const fault_visitor *v = (const fault_visitor *)user;

    if (v->header != NULL) {
        assert_ok(duos_conn_send(conn, v->header, strlen(v->header)));
    }
    if (!v->silent) {
        assert_ok(duos_conn_send(conn, fault_text, FAULT_TEXT_LEN));
    }
}

static void visitor_data(duos_conn *conn, const void *data, size_t len,
                         void *user)
{
    fault_visitor *v = (fault_visitor *)user;

    if (fault_heard(v->run, &v->heard, data, len)) {
        v->content = true;
        duos_conn_close(conn);
    }
}

static void visitor_close(duos_conn *conn, duos_err reason, void *user)
{
    fault_visitor *v = (fault_visitor *)user;

    (void)conn;
    (void)reason;
    fault_check(v->run, v->visiting, "a visit ends twice");
    v->visiting = false;
}

static void make_visitor(fault_run *run, fault_visitor *v)
{
    duos_client_config config;

    duos_client_config_init(&config);
    config.handler.on_open = visitor_open;
    config.handler.on_data = visitor_data;
    config.handler.on_close = visitor_close;
    config.user = v;
    if (v->transport != NULL) {
        config.transport = &toy_ops;
        config.transport_user = v->transport;
    }
    v->run = run;
    assert_ok(duos_client_create(run->peer_loop, &config, &v->client));
}

void fault_visit(fault_run *run, fault_visitor *v, const char *address)
{
    fault_on_peer(run);
    if (v->client == NULL) {
        make_visitor(run, v);
    }
    if (duos_client_conn(v->client) == NULL) {
        v->visiting = true;
        v->content = false;
        v->heard = 0;
        assert_ok(duos_client_connect(v->client, address));
    }
    fault_on_host(run);
}

bool fault_visiting(const fault_visitor *list, size_t count)
{
    while (count > 0 && !list[count - 1].visiting) {
        count--;
    }
    return count > 0;
}

bool fault_content(const fault_visitor *list, size_t count)
{
    while (count > 0 && list[count - 1].content) {
        count--;
    }
    return count == 0;
}

void fault_visitors_end(fault_visitor *list, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (list[i].client != NULL) {
            fault_on_peer(list[i].run);
            duos_client_destroy(list[i].client);
            fault_on_host(list[i].run);
        }
    }
}

/* ---- a server ----------------------------------------------------------- */

static void host_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    fault_host *h = (fault_host *)user;

    if (h->drop_first > 0) {
        h->drop_first--;
        duos_conn_abort(conn, DUOS_OK);
    } else {
        assert_ok(duos_conn_send(conn, data, len));
    }
}

void fault_host_start(fault_run *run, fault_host *h, const char *address)
{
    duos_server_config config;

    if (h->server != NULL) {
        return;
    }
    duos_server_config_init(&config);
    config.handler.on_data = host_data;
    config.user = h;
    fault_on_peer(run);
    assert_ok(duos_server_create(run->peer_loop, &config, &h->server));
    assert_ok(duos_server_listen(h->server, address, NULL, NULL));
    fault_on_host(run);
}

void fault_host_end(fault_run *run, fault_host *h)
{
    fault_on_peer(run);
    duos_server_destroy(h->server);
    fault_on_host(run);
    h->server = NULL;
}
