/* SPDX-License-Identifier: MIT */
/*
 * postman.h - a server of datagrams in a scene, what it was told, and a
 * sender of the test's own.
 */
#ifndef TEST_POSTMAN_H
#define TEST_POSTMAN_H

#include "support/scene.h"

#include <stdlib.h>

typedef struct postman postman;

struct postman {
    duos_loop *loop;
    duos_datagram_config config; /* may be changed before postman_open */
    duos_datagram *server;
    duos_addr at;
    unsigned datas;
    size_t len;     /* of the last one */
    unsigned flags; /* of the last one */
    duos_addr peer; /* of the last one */
    char text[64];  /* the beginning of the last one */
    unsigned errors;
    duos_err error; /* of the last one */
    duos_err reply; /* what the last answer gave */
    bool echoes;
    void (*act)(postman *p); /* after that; NULL for nothing */
};

static inline void postman_data(duos_datagram *server, const duos_addr *peer,
                                const void *data, size_t len, unsigned flags,
                                void *user)
{
    postman *p = (postman *)user;

    assert_ptr_equal(server, p->server);
    assert_non_null(data);
    p->datas++;
    p->len = len;
    p->flags = flags;
    p->peer = *peer;
    memcpy(p->text, data, len < sizeof p->text ? len : sizeof p->text);
    if (p->echoes) {
        p->reply = duos_datagram_reply(server, data, len);
    }
    if (p->act != NULL) {
        p->act(p);
    }
}

static inline void postman_error(duos_datagram *server, duos_err err,
                                 void *user)
{
    postman *p = (postman *)user;

    assert_ptr_equal(server, p->server);
    p->errors++;
    p->error = err;
    if (p->act != NULL) {
        p->act(p);
    }
}

/* Prepares one that echoes. */
static inline void postman_init(postman *p, duos_loop *loop)
{
    memset(p, 0, sizeof *p);
    p->loop = loop;
    p->echoes = true;
    duos_datagram_config_init(&p->config);
    p->config.on_data = postman_data;
    p->config.on_error = postman_error;
    p->config.user = p;
}

static inline void postman_open(postman *p, const char *address)
{
    assert_ok(duos_datagram_create(p->loop, &p->config, &p->server));
    if (address != NULL) {
        assert_ok(duos_datagram_listen(p->server, address, NULL, &p->at));
    }
}

static inline duos_datagram_stats postman_stats(const postman *p)
{
    duos_datagram_stats stats;

    memset(&stats, 0, sizeof stats);
    stats.size = sizeof stats;
    assert_ok(duos_datagram_get_stats(p->server, &stats));
    return stats;
}

static inline void postman_close(postman *p)
{
    duos_datagram_destroy(p->server);
    p->server = NULL;
}

/* Sends a text, and lets the server see it. */
static inline void postman_ask(postman *p, scene *s, duos_socket from,
                               const char *text)
{
    unsigned before = p->datas;

    assert_ok(duos_sendto(from, text, strlen(text), &p->at));
    scene_until(s, p->datas, before + 1);
}

/* Whether an answer comes; it has this text then. */
static inline bool postman_answers(duos_socket to, const char *text)
{
    char got[64];
    size_t n = 0;
    duos_err err = duos_wait(to, DUOS_READ, 200, NULL);

    if (err == DUOS_ETIMEDOUT) {
        return false;
    }
    assert_ok(err);
    assert_ok(duos_recvfrom(to, got, sizeof got, &n, NULL, NULL));
    assert_int_equal(n, strlen(text));
    assert_memory_equal(got, text, n);
    return true;
}

#endif
